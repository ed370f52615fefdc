package sigv4

// Problem is what is wrong with a signature.
type Problem int

// The problems, as finely as AWS tells them apart.
const (
	Missing    Problem = iota // no Authorization at all
	Incomplete                // malformed, or something that signing needs is absent
	Invalid                   // the signature does not match, or its scope is not ours
	Expired                   // signed too long ago, or in the future
)

// Error says why a request is not authentic. Message is AWS's wording where
// it is known, and holds nothing secret.
type Error struct {
	Problem Problem
	Message string
}

func (e *Error) Error() string { return e.Message }

func fail(p Problem, message string) *Error { return &Error{Problem: p, Message: message} }
