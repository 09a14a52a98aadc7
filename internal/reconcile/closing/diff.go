package closing

import (
	"cmp"
	"slices"
	"strings"
)

// Change is what is not as it was when the month was closed.
type Change struct {
	// What is changed: setting, file, version or manifest.
	What string `json:"what"`
	Name string `json:"name"`
	// How: added, removed or changed; Before and After say from what to what, if that is short.
	How    string `json:"how"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// String says it in words.
func (c Change) String() string {
	text := c.What + " " + c.Name + " " + c.How
	if c.Before != "" || c.After != "" {
		text += ": " + cmp.Or(c.Before, "nothing") + " before, " + cmp.Or(c.After, "nothing") + " now"
	}
	return text
}

// changes lists what made now another manifest than before.
func changes(before, now *Manifest) []Change {
	found := settingChanges(&before.Settings, &now.Settings)
	found = append(found, fileChanges(before.Inputs, now.Inputs)...)
	if len(found) > 0 {
		return found
	}
	// The same files and settings: only the program or somebody's hand is left.
	if before.Version != now.Version {
		return []Change{{What: "version", Name: "of finops", How: "changed", Before: before.Version, After: now.Version}}
	}
	return []Change{{What: "manifest", Name: now.Month, How: "changed"}}
}

func settingChanges(before, now *Settings) (found []Change) {
	add := func(name, a, b string) {
		if a != b {
			found = append(found, Change{What: "setting", Name: name, How: "changed", Before: a, After: b})
		}
	}
	add("true-up", string(before.TrueUp), string(now.TrueUp))
	add("settle", before.Settle, now.Settle)
	add("provider", strings.Join(before.Providers, ","), strings.Join(now.Providers, ","))
	add("account", strings.Join(before.Accounts, ","), strings.Join(now.Accounts, ","))
	for i := range max(len(before.Tables), len(now.Tables)) {
		a, b := at(before.Tables, i), at(now.Tables, i)
		add(cmp.Or(a.Setting, b.Setting), a.text(), b.text())
	}
	return found
}

func at(tables []Table, i int) (t Table) {
	if i < len(tables) {
		t = tables[i]
	}
	return t
}

func (t Table) text() string { return strings.TrimSpace(t.Name + " " + t.Hash) }

func fileChanges(before, now []File) (found []Change) {
	old := map[string]File{}
	for _, f := range before {
		old[f.Name] = f
	}
	for _, f := range now {
		was, ok := old[f.Name]
		delete(old, f.Name)
		switch {
		case !ok:
			found = append(found, Change{What: "file", Name: f.Name, How: "added"})
		case was != f:
			found = append(found, Change{What: "file", Name: f.Name, How: "changed"})
		}
	}
	for name := range old {
		found = append(found, Change{What: "file", Name: name, How: "removed"})
	}
	slices.SortFunc(found, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return found
}
