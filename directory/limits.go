package directory

// Limits are the quotas of one installation. A field that is 0 means AWS's
// own number, or Entente's where AWS has none.
type Limits struct {
	Directories    int // managed directories per Region; 0 means 20
	Tags           int // per directory; 0 means 50
	OutgoingTrusts int // per directory; 0 means 25 (decision 18: winbindd keeps a process for each)
}

// WithDefaults fills in the numbers that are not set.
func (l Limits) WithDefaults() Limits {
	for _, f := range []struct {
		field  *int
		number int
	}{{&l.Directories, 20}, {&l.Tags, 50}, {&l.OutgoingTrusts, 25}} {
		if *f.field == 0 {
			*f.field = f.number
		}
	}
	return l
}
