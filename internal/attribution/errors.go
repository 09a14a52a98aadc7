package attribution

import (
	"errors"
	"fmt"
)

// Below puts the key of a section before each of several errors, so that all of them name whole keys.
func Below(key string, err error) error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var errs []error
		for _, one := range joined.Unwrap() {
			errs = append(errs, Below(key, one))
		}
		return errors.Join(errs...)
	}
	return fmt.Errorf("%s::%w", key, err)
}
