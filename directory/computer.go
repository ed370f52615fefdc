package directory

import (
	"strings"

	"github.com/entente-ad/entente/internal/errs"
)

// maxComputerName is what NetBIOS leaves of a computer's name, in characters.
const maxComputerName = 15

// Computer is a wish to make an account for a computer; its sealed password is
// the secret SecretComputer(ID). Serial 0 means never asked.
type Computer struct {
	Serial     int64       `json:"Serial"` // grows with each wish
	GUID       string      `json:"GUID"`   // of the account to be made, so that making it twice makes one
	Name       string      `json:"Name"`
	OU         string      `json:"OU"` // distinguished name; "" means OU=Computers of the customer's OU
	Attributes []Attribute `json:"Attributes"`
}

// Attribute is one value of an LDAP attribute.
type Attribute struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

// ComputerResult is what became of the wish with that serial.
type ComputerResult struct {
	Serial int64  `json:"Serial"`
	SID    string `json:"SID"`   // of the account
	Error  string `json:"Error"` // "" when done, else words for the caller
	Kind   string `json:"Kind"`  // "Exists", "Invalid", "" for others
}

// SecretComputer names the sealed password of a computer that is to be made.
func SecretComputer(id ID) string { return "directory/" + string(id) + "/computer" }

// CheckComputerName applies the rule for a computer's NetBIOS name: 1 to 15
// letters, digits and hyphens, not digits alone (Microsoft KB 909264). The
// error is an errs.Invalid.
func CheckComputerName(name string) error {
	switch {
	case name == "" || len(name) > maxComputerName:
		return errs.E(errs.Invalid, "Invalid computer name. It must have between 1 and %d characters.", maxComputerName)
	case strings.ContainsFunc(name, notHostCharacter) || name[0] == '-' || name[len(name)-1] == '-':
		return errs.E(errs.Invalid, "Invalid computer name. It must contain only letters, digits and hyphens, and begin and end with a letter or a digit.")
	case strings.Trim(name, "0123456789") == "":
		return errs.E(errs.Invalid, "Invalid computer name. It must not consist of digits alone.")
	}
	return nil
}
