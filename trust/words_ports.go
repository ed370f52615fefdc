package trust

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/vpc"
)

// obstacle is what one side stops between our domain controllers and one
// address of the partner: findings that one sentence tells.
type obstacle struct {
	PortFinding          // the first of them, the one that matters most
	ports       []Port   // all of them, in the table's order
	from        []string // our domain controllers
}

// obstacles joins findings that differ only in the port or in our domain
// controller, in the order in which they matter.
func obstacles(found []PortFinding) []obstacle {
	var list []obstacle
	for _, f := range found {
		if f.Side == SideNone || f.Side == SideUnknown {
			continue
		}
		i := slices.IndexFunc(list, func(o obstacle) bool {
			return o.Side == f.Side && o.Inbound == f.Inbound && o.Group == f.Group && o.Address == f.Address
		})
		if i < 0 {
			i, list = len(list), append(list, obstacle{PortFinding: f})
		}
		o := &list[i]
		if !slices.Contains(o.ports, f.Port) {
			o.ports = append(o.ports, f.Port)
		}
		if !slices.Contains(o.from, f.From) {
			o.from = append(o.from, f.From)
		}
	}
	order := Ports()
	for i := range list {
		o := &list[i]
		slices.SortStableFunc(o.ports, func(a, b Port) int { return slices.Index(order, a) - slices.Index(order, b) })
		o.Port = o.ports[0]
	}
	return list
}

// Sentences says what a list of findings comes to and what to do, for people:
// one sentence of each kind for each side and address.
func Sentences(found []PortFinding) (message, hint string) {
	var messages, hints []string
	for _, o := range obstacles(found) {
		messages = append(messages, o.message())
		if h := o.hint(); !slices.Contains(hints, h) {
			hints = append(hints, h)
		}
	}
	return strings.Join(messages, " "), strings.Join(hints, " ")
}

// closedWords tells closed ports: of a trust that does not work in AWS's
// phrase, of one that works with what they break.
func closedWords(f Facts) (message, hint string) {
	message, hint = Sentences(f.Closed)
	if message == "" {
		return awsNotContacted(f) + "A port between both sides is closed.", "Open it."
	}
	if !f.Works {
		return awsNotContacted(f) + message, hint
	}
	if broken := breaks(f.Closed); broken != "" {
		message += " " + broken
	}
	return message, hint
}

// lacks gives the rules and routes of our own side that findings come from the
// lack of, and the commands that add them.
func lacks(found []PortFinding) (missing []condition.Missing, commands []string) {
	for _, o := range obstacles(found) {
		m := condition.Missing{Directory: string(o.Directory), CIDR: o.host().String()}
		var command string
		switch o.Side {
		case SideGroup:
			m.Group, m.Inbound = string(o.Group), o.Inbound
			for _, p := range o.rules() {
				m.Protocol, m.From, m.To = string(p.Protocol), p.From, p.To
				missing = append(missing, m)
			}
			command = o.authorize()
		case SideRoute:
			missing, command = append(missing, m), o.route()
		default:
			continue // not ours to add
		}
		if !slices.Contains(commands, command) {
			commands = append(commands, command)
		}
	}
	return missing, commands
}

// titles lists the ports with what they are for; everything at once is said
// so.
func (o obstacle) titles() string {
	if o.all() {
		return "any port that a trust needs"
	}
	return oneOf(o.ports, Port.Title)
}

// all reports whether every port that a trust needs is among them.
func (o obstacle) all() bool {
	return !slices.ContainsFunc(Ports(), func(p Port) bool { return p.Need != NeedNone && !slices.Contains(o.ports, p) })
}

func (o obstacle) them() string {
	if o.Host == "" {
		return o.Address.String()
	}
	return fmt.Sprintf("%s (%s)", o.Host, o.Address)
}

func (o obstacle) message() string {
	us, them := allOf(o.from, func(s string) string { return s }), o.them()
	switch o.Side {
	case SideGroup:
		way, rule := "The way from "+us+" to "+them, "outbound rule allows "+o.titles()+" to"
		if o.Inbound {
			way, rule = "The way from "+them+" to "+us, "inbound rule allows "+o.titles()+" from"
		}
		return fmt.Sprintf("%s is blocked by security group %s (no %s %s).", way, o.Group, rule, o.Address)
	case SideRoute:
		return fmt.Sprintf("There is no route from %s to %s: the address is outside the private ranges, and no IP route of the directory leads there.", us, them)
	case SideListener:
		return fmt.Sprintf("%s refuses %s from %s: the connection is closed beyond us, since nothing listens there.", them, o.every(), us)
	case SideHost:
		return fmt.Sprintf("%s cannot be reached from %s on %s: a router beyond us says that the host or its network is not there.", them, us, o.every())
	default:
		return fmt.Sprintf("%s says nothing to %s on %s: the port is closed beyond us, by a firewall between both sides or on the partner.", them, us, o.every())
	}
}

// every lists the ports for a sentence without "no".
func (o obstacle) every() string {
	if o.all() {
		return "every port that a trust needs"
	}
	return allOf(o.ports, Port.Title)
}

func (o obstacle) hint() string {
	switch o.Side {
	case SideGroup:
		return "Allow it: " + o.authorize() + "."
	case SideRoute:
		return fmt.Sprintf("Add an IP route for it, or for the partner's whole range: %s.", o.route())
	case SideListener:
		return fmt.Sprintf("Start the service behind %s on %s.", o.every(), o.them())
	case SideHost:
		return fmt.Sprintf("Check that %s runs and that the routers between both sides lead to it.", o.them())
	default:
		if o.all() {
			return fmt.Sprintf("Check that %s runs, and open the ports of a trust from this directory's subnets to it in the partner's firewalls.", o.them())
		}
		return fmt.Sprintf("Open %s from this directory's subnets to %s in the partner's firewalls.", allOf(o.ports, Port.String), o.them())
	}
}

// authorize is the call that adds the missing rules.
func (o obstacle) authorize() string {
	verb := "egress"
	if o.Inbound {
		verb = "ingress"
	}
	var rules []string
	for _, p := range o.rules() {
		ports := ""
		if p.Protocol != vpc.All {
			ports = fmt.Sprintf("FromPort=%d,ToPort=%d,", p.From, p.To)
		}
		rules = append(rules, fmt.Sprintf("'IpProtocol=%s,%sIpRanges=[{CidrIp=%s}]'", p.Protocol, ports, o.host()))
	}
	return fmt.Sprintf("aws ec2 authorize-security-group-%s --group-id %s --ip-permissions %s", verb, o.Group, strings.Join(rules, " "))
}

// rules are the missing rules' protocols and ports: one for everything where
// everything is closed.
func (o obstacle) rules() []Port {
	if o.all() {
		return []Port{{Protocol: vpc.All}}
	}
	return o.ports
}

// route is the call that adds the missing route.
func (o obstacle) route() string {
	return fmt.Sprintf("aws ds add-ip-routes --directory-id %s --ip-routes CidrIp=%s", o.Directory, o.host())
}

// host is the range of the partner's host alone.
func (o obstacle) host() netip.Prefix { return netip.PrefixFrom(o.Address, o.Address.BitLen()) }

// oneOf joins names for a sentence with "no": "a, b or c".
func oneOf[T any](list []T, name func(T) string) string {
	s := allOf(list, name)
	if i := strings.LastIndex(s, " and "); i >= 0 && len(list) > 1 {
		s = s[:i] + " or " + s[i+len(" and "):]
	}
	return s
}

// breaks says what the closed ports break, once for each port.
func breaks(found []PortFinding) string {
	var said []string
	for _, o := range obstacles(found) {
		for _, p := range o.ports {
			if s := "While " + p.String() + " is closed, " + p.Breaks + "."; !slices.Contains(said, s) {
				said = append(said, s)
			}
		}
	}
	const most = 4
	if len(said) > most {
		return ""
	}
	return strings.Join(said, " ")
}
