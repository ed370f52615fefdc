package audit

// Filter says which entries are looked for. Empty fields match all.
type Filter struct {
	Account     string
	AccessKeyID string
	Operation   string
	Object      string
	SourceIP    string
}

// Matches reports whether e is looked for.
func (f Filter) Matches(e Entry) bool {
	for _, c := range [][2]string{
		{f.Account, e.Caller.Account}, {f.AccessKeyID, e.Caller.AccessKeyID},
		{f.Operation, e.Operation}, {f.Object, e.Object}, {f.SourceIP, e.Caller.SourceIP},
	} {
		if c[0] != "" && c[0] != c[1] {
			return false
		}
	}
	return true
}
