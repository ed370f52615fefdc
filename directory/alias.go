package directory

import (
	"strings"

	"github.com/entente-ad/entente/internal/errs"
)

// MaxAlias is the length of an alias, in characters.
const MaxAlias = 62

// CheckAlias applies the rule for an alias: letters, digits and hyphens, the
// first one no hyphen, and nothing that looks like a directory id. The error
// is an errs.Invalid.
func CheckAlias(alias string) error {
	switch {
	case alias == "" || len(alias) > MaxAlias:
		return errs.E(errs.Invalid, "Invalid alias. It must have between 1 and %d characters.", MaxAlias)
	case strings.ContainsFunc(alias, notHostCharacter):
		return errs.E(errs.Invalid, "Invalid alias. It must contain only letters, digits and hyphens.")
	case alias[0] == '-' || alias[len(alias)-1] == '-':
		return errs.E(errs.Invalid, "Invalid alias. It must begin and end with a letter or a digit.")
	case strings.HasPrefix(lower(alias), "d-"):
		return errs.E(errs.Invalid, "Invalid alias. It must not begin with \"d-\", as directory ids do.")
	}
	return nil
}
