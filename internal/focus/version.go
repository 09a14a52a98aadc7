package focus

import (
	"fmt"
	"strings"
)

// Version is a release of the specification.
type Version uint8

// The releases that files can be written in, oldest first.
const (
	V1_2 Version = iota + 1
	V1_3
	V1_4
)

// DefaultVersion is the newest that most importers take: they still ask for ProviderName, which 1.4
// removed.
const DefaultVersion = V1_2

// Versions returns all releases, oldest first.
func Versions() []Version { return []Version{V1_2, V1_3, V1_4} }

// ParseVersion reads "1.2", "1.3" or "1.4".
func ParseVersion(s string) (Version, error) {
	for _, v := range Versions() {
		if s == v.String() {
			return v, nil
		}
	}
	return 0, fmt.Errorf("unknown FOCUS version %q; known are %s", s, strings.Join(versionNames(), ", "))
}

func versionNames() []string {
	var names []string
	for _, v := range Versions() {
		names = append(names, v.String())
	}
	return names
}

// String returns the version as it stands in metadata: 1.2.
func (v Version) String() string {
	switch v {
	case V1_2:
		return "1.2"
	case V1_3:
		return "1.3"
	case V1_4:
		return "1.4"
	default:
		return fmt.Sprintf("Version(%d)", uint8(v))
	}
}

// MarshalText is String.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is ParseVersion.
func (v *Version) UnmarshalText(text []byte) error {
	parsed, err := ParseVersion(string(text))
	if err == nil {
		*v = parsed
	}
	return err
}
