package publish

import (
	"errors"
	"time"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// maker makes rows of charges. It is not safe for concurrent use.
type maker struct {
	routes      *focus.Routes
	commitments []Commitment
	grain       time.Duration
	splitter    splitter
}

// problems are what kept a page's charges from being what they should be.
type problems struct {
	// lost counts charges that no row can hold, whole those that stayed whole because their shares cannot be read.
	lost, whole int
	err         error
}

func (p *problems) add(count *int, err error) {
	*count++
	if p.err == nil {
		p.err = err
	}
}

// rows returns the rows of a page, each charge divided among those who share it.
func (m *maker) rows(page *book.Page) (rows []focus.Row, trouble problems) {
	if page.Label.Commitments {
		return m.commitmentRows(page)
	}
	rows = make([]focus.Row, 0, len(page.Rows))
	for i := range page.Rows {
		id, err := charge.ParseKey(page.Rows[i].Key)
		if err != nil {
			trouble.add(&trouble.lost, err)
			continue
		}
		id.Late = page.Label.Late
		if n := m.find(&id.Charge); n >= 0 {
			id.Commitment = m.commitments[n].Commitment
		}
		parts, err := m.splitter.split(&id, page.Rows[i].Amounts)
		if err != nil {
			trouble.add(&trouble.whole, err)
		}
		made := len(rows)
		for j := range parts {
			row, failed := parts[j].charge.Row(m.routes, parts[j].amounts)
			if failed != nil {
				err = failed
				break
			}
			rows = append(rows, row)
		}
		if errors.Is(err, focus.ErrRange) {
			trouble.add(&trouble.lost, err)
			rows = rows[:made]
		}
	}
	return rows, trouble
}
