package trust

import (
	"encoding/hex"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
)

// Lengths, in characters.
const (
	maxRemoteName = 253 // RFC 1035 2.3.4, without the trailing dot
	MaxPassword   = 128
)

// New is what a caller asks for with CreateTrust.
type New struct {
	ID         ID
	Own        directory.Spec // the directory that gets the trust
	RemoteName string         // as the caller gave it
	Direction  Direction
	Type       Type // "" means Forest
	Selective  bool // foreign users get in only where they are allowed to authenticate
	Now        time.Time
}

// NewSpec gives a trust that cannot be wrong in itself: whether the partner
// exists, what its NetBIOS name is, and whether the pair has a trust already
// are other questions. The error is an errs.Invalid.
func NewSpec(in New) (Spec, error) {
	remote, err := ParseRemote(in.RemoteName)
	if err != nil {
		return Spec{}, err
	}
	if err := checkPair(in.Own.Name, remote); err != nil {
		return Spec{}, err
	}
	switch in.Direction {
	case Incoming, Outgoing, TwoWay:
	default:
		return Spec{}, errs.E(errs.Invalid, "Invalid trust direction. It must be one of \"%s\", \"%s\" and \"%s\".", Outgoing, Incoming, TwoWay)
	}
	switch in.Type {
	case "":
		in.Type = Forest
	case Forest, External:
	default:
		return Spec{}, errs.E(errs.Invalid, "Invalid trust type. It must be %s or %s; realm and shortcut trusts are not supported.", Forest, External)
	}
	return Spec{
		ID: in.ID, Directory: in.Own.ID, Region: in.Own.Region,
		RemoteDomainName: in.RemoteName, Remote: remote,
		Direction: in.Direction, Type: in.Type, SelectiveAuth: in.Selective,
		CreatedAt: in.Now, UpdatedAt: in.Now,
	}, nil
}

// ParseRemote checks the name of a partner's domain, with or without a
// trailing dot, and gives it as it is compared. The error is an errs.Invalid.
func ParseRemote(s string) (directory.FQDN, error) {
	name := strings.TrimSuffix(s, ".")
	const rule = "Invalid remote domain name. "
	if len(name) > maxRemoteName {
		return "", errs.E(errs.Invalid, rule+"It has %d characters; a DNS name has at most %d.", len(name), maxRemoteName)
	}
	if problem := directory.NameProblem(name); problem != "" {
		return "", errs.E(errs.Invalid, rule+"%s", problem)
	}
	return directory.Normalise(name), nil
}

// checkPair refuses a trust with oneself, and one between names of which one
// lies inside the other: neither side could tell whose a name is.
func checkPair(own, remote directory.FQDN) error {
	switch {
	case own == remote:
		return errs.E(errs.Invalid, "Invalid remote domain name. %s is this directory itself; a trust is between two domains.", remote)
	case directory.Below(remote, own):
		return errs.E(errs.Invalid, "Invalid remote domain name. %s lies inside %s, the name of this directory; the names of both sides must not overlap.", remote, own)
	case directory.Below(own, remote):
		return errs.E(errs.Invalid, "Invalid remote domain name. %s, the name of this directory, lies inside %s; the names of both sides must not overlap.", own, remote)
	}
	return nil
}

// CheckPassword applies the rule for trust passwords: 1 to 128 letters, decimal
// digits, ASCII punctuation and spaces, not all of them spaces. The error is an
// errs.Invalid and never repeats the password.
func CheckPassword(password secret.Text) error {
	const rule = "Invalid trust password. "
	s := password.Reveal()
	switch n := utf8.RuneCountInString(s); {
	case n == 0 || n > MaxPassword:
		return errs.E(errs.Invalid, rule+"It must have between 1 and %d characters.", MaxPassword)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, notPasswordCharacter):
		return errs.E(errs.Invalid, rule+"It must contain only letters, decimal digits, ASCII punctuation and spaces.")
	case strings.Trim(s, " ") == "":
		return errs.E(errs.Invalid, rule+"It must contain a character other than a space.")
	}
	return nil
}

func notPasswordCharacter(r rune) bool {
	ascii := r >= ' ' && r <= '~'
	return !ascii && !unicode.IsLetter(r) && !unicode.Is(unicode.Nd, r)
}

// NewID makes a trust id of random bytes.
func NewID(random [5]byte) ID { return ID("t-" + hex.EncodeToString(random[:])) }
