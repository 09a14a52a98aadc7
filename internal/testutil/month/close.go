//go:build unix

package month

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
)

// Closed is what the teams are charged when the month is closed.
type Closed struct {
	// Teams is what each of them pays, over all providers.
	Teams map[string]*big.Rat
	// Problems are what is wrong about it.
	Problems []string
}

// Sum is what all teams pay.
func (c *Closed) Sum() *big.Rat {
	sum := new(big.Rat)
	for _, cost := range c.Teams {
		sum.Add(sum, cost)
	}
	return sum
}

// chargedTo is a line of what finops focus show adds up.
type chargedTo struct {
	Group struct {
		Provider string `json:"x_Provider"`
		Team     string `json:"Tags.team"`
	} `json:"group"`
	BilledCost string `json:"billed_cost"`
}

// close closes the month twice, as a company would, and holds what teams are charged against the ledgers.
func (s *simulation) close(ctx context.Context, binary, directory string) (Closed, error) {
	first, err := s.closeOnce(ctx, binary, directory)
	if err != nil {
		return Closed{}, err
	}
	before, err := files(focusIn(directory))
	if err != nil {
		return Closed{}, err
	}
	second, err := s.closeOnce(ctx, binary, directory)
	if err != nil {
		return Closed{}, err
	}
	after, err := files(focusIn(directory))
	if err != nil {
		return Closed{}, err
	}
	var charges []chargedTo
	err = ask(ctx, &charges, binary, "focus", "show", "--json", "--by", "x_Provider,Tags.team", "--where", "month="+s.month(),
		filepath.Join(focusIn(directory), "metered"))
	if err != nil {
		return Closed{}, err
	}
	c := s.judgeClosed(charges)
	if first != "closed" || second != "unchanged" {
		c.Problems = append(c.Problems, fmt.Sprintf("closed twice, the month is said to be %s and then %s", first, second))
	}
	for _, name := range differing(before, after) {
		c.Problems = append(c.Problems, "closing again changed "+name)
	}
	return c, nil
}

// closeOnce returns what became of the month.
func (s *simulation) closeOnce(ctx context.Context, binary, directory string) (outcome string, err error) {
	var answer struct {
		Outcome string `json:"outcome"`
	}
	err = ask(ctx, &answer, binary, "reconcile", "--json", "--close", s.month(), "--pricing", filepath.Join(directory, pricesFile), focusIn(directory))
	return answer.Outcome, err
}

// judgeClosed compares what teams are charged with what the provider charges, to the last digit.
func (s *simulation) judgeClosed(charges []chargedTo) Closed {
	c := Closed{Teams: map[string]*big.Rat{}}
	of := map[string]*big.Rat{}
	for _, charge := range charges {
		cost := decimal(charge.BilledCost)
		add(c.Teams, charge.Group.Team, cost)
		add(of, charge.Group.Provider, cost)
	}
	ledger := s.ledger()
	for provider := range accounts {
		add(of, provider, new(big.Rat).Neg(ledger.Total(provider, s.first, s.first.AddDate(0, 1, 0)).Rat()))
	}
	for _, provider := range slices.Sorted(maps.Keys(of)) {
		if rest := of[provider]; rest.Sign() != 0 {
			c.Problems = append(c.Problems, fmt.Sprintf("%s: teams are charged %s more than the ledger has", provider, Exact(rest)))
		}
	}
	return c
}

func add(sums map[string]*big.Rat, key string, amount *big.Rat) {
	if sums[key] == nil {
		sums[key] = new(big.Rat)
	}
	sums[key].Add(sums[key], amount)
}

// files returns the hashes of all files below a directory, by name.
func files(directory string) (map[string][sha256.Size]byte, error) {
	hashes := map[string][sha256.Size]byte{}
	root := os.DirFS(directory)
	return hashes, fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		hashes[name] = sha256.Sum256(data)
		return err
	})
}

// differing returns the names of files that are not the same in both.
func differing(before, after map[string][sha256.Size]byte) (names []string) {
	for name, hash := range before {
		if was, ok := after[name]; !ok || was != hash {
			names = append(names, name)
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
