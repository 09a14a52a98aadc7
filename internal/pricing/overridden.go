package pricing

import "strings"

// withOverridden returns a catalog that also knows the models that overrides name in full and no file lists, such
// as self-hosted ones. They have no list price: calls that no override is for have no rate.
func (c *Catalog) withOverridden(overrides []Override) (*Catalog, error) {
	var added []*File
	for i := range overrides {
		o := &overrides[i]
		for _, provider := range o.Provider {
			for _, model := range o.Model {
				if !isPattern(provider) && !isPattern(model) && c.resolve(provider, model).entry == nil {
					added = append(added, &File{
						Format: FormatVersion, Provider: provider, checked: true, digest: []byte(provider + "/" + model),
						Models: []Model{{ID: model, Prices: []PriceList{{}}}},
					})
				}
			}
		}
	}
	if len(added) == 0 {
		return c, nil
	}
	with, err := Compile(append(added, c.files...)...)
	if err != nil {
		return nil, err
	}
	with.hash = c.hash
	with.entries = c.entries
	return with, nil
}

func isPattern(s string) bool { return strings.Contains(s, "*") }
