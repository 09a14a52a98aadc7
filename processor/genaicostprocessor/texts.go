package genaicostprocessor

import "strings"

// textBlock is how much text shares one allocation: the lines and savings of about twenty spans. Whoever keeps a span
// keeps its block too, but not the texts of a whole batch.
const textBlock = 2 << 10

// texts makes strings of texts that are built one after the other, many from one allocation.
type texts struct {
	// scratch is the text that is being built.
	scratch []byte
	block   strings.Builder
}

// take returns what scratch holds.
func (t *texts) take() string {
	if t.block.Cap()-t.block.Len() < len(t.scratch) {
		// The strings made so far go on sharing the old block.
		t.block = strings.Builder{}
		t.block.Grow(max(textBlock, len(t.scratch)))
	}
	start := t.block.Len()
	t.block.Write(t.scratch)
	return t.block.String()[start:]
}
