package trust

// Application is an AWS application or service that uses the directory of a
// trust.
type Application struct {
	Name        string
	NeedsTwoWay bool   // must list the partner's users and groups, so the partner must trust us too
	Works       bool   // with the trust's direction
	Why         string // a whole sentence
}

// applications is the list of AWS's page "Creating a trust relationship": the
// first eight look users up in the trusted domain, which takes a two-way trust;
// for the others a one-way trust is enough, since the trusted domain's users
// bring their own tickets.
var applications = []struct {
	name   string
	twoWay bool
}{
	{"Amazon Chime", true},
	{"Amazon Connect", true},
	{"Amazon QuickSight", true},
	{"AWS IAM Identity Center", true},
	{"Amazon WorkDocs", true},
	{"Amazon WorkMail", true},
	{"Amazon WorkSpaces", true},
	{"AWS Management Console", true},
	{"Amazon EC2", false},
	{"Amazon RDS", false},
	{"Amazon FSx", false},
}

// Applications says of each application whether it works for the partner's
// users across a trust of that direction, in the order of AWS's page.
func Applications(d Direction) []Application {
	list := make([]Application, 0, len(applications))
	for _, a := range applications {
		app := Application{Name: a.name, NeedsTwoWay: a.twoWay, Works: d.HasOutgoing() && (!a.twoWay || d == TwoWay)}
		switch {
		case app.Works && a.twoWay:
			app.Why = "It finds users and groups of the trusted domain through the incoming half of the trust, and lets them in through the outgoing half."
		case app.Works:
			app.Why = "Users of the trusted domain log on with tickets of their own; nobody has to look them up there."
		case a.twoWay && d == Outgoing:
			app.Why = "It must list users and groups of the trusted domain, which that domain allows our accounts only if it trusts our domain too: a two-way trust is needed."
		case a.twoWay:
			app.Why = "It must list users and groups of the trusted domain and let them in, and this trust does not let them in: a two-way trust is needed."
		default:
			app.Why = "This trust lets our users in there, not the partner's users in here: a one-way outgoing or a two-way trust is needed."
		}
		list = append(list, app)
	}
	return list
}
