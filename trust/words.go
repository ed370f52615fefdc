package trust

import (
	"fmt"
	"strings"

	"github.com/entente-ad/entente/condition"
)

// The phrases of AWS Directory Service that reasons begin with where they fit.
func awsNotContacted(f Facts) string {
	return fmt.Sprintf("The specified domain either does not exist or could not be contacted. Name: %s. ", f.Remote)
}

const (
	awsDenied       = "Access is denied. "
	awsNotPerformed = "The operation could not be performed on this domain. "
)

// Words says in whole sentences what cause means for a trust, and what to do.
func Words(cause condition.Cause, f Facts) (message, hint string) {
	say, ok := phrases[cause]
	if !ok {
		say = phrases[condition.Unexpected]
	}
	message, hint = say(f)
	if f.Detail != "" && !strings.Contains(message, f.Detail) {
		message += " What came back: " + sentence(f.Detail)
	}
	if f.Hint != "" {
		hint = sentence(f.Hint)
	}
	return message, hint
}

// Reason is what callers read: what is the matter, then what to do.
func Reason(c condition.Condition) string { return strings.TrimSpace(c.Message + " " + c.Hint) }

// phrases is the one table of words, by cause.
var phrases = map[condition.Cause]func(Facts) (message, hint string){
	condition.NoForwarder: func(f Facts) (string, string) {
		return awsNotContacted(f) + fmt.Sprintf("%s has no conditional forwarder for %s, and its own DNS knows no domain controller of it.", f.dc(), f.Remote),
			fmt.Sprintf("Add a conditional forwarder for %s with the addresses of its DNS servers.", f.Remote)
	},
	condition.DNSNoAnswer: func(f Facts) (string, string) {
		return awsNotContacted(f) + fmt.Sprintf("%s asked %s; the answer is that there is no such domain%s.", f.dc(), f.question(), f.detail()),
			"Check the spelling of the domain's name and that the conditional forwarder names DNS servers of that domain."
	},
	condition.DNSUnreachable: func(f Facts) (string, string) {
		return awsNotContacted(f) + fmt.Sprintf("%s asked %s and got no answer, neither by UDP nor by TCP%s.", f.dc(), f.question(), f.detail()),
			"Check the addresses of the conditional forwarder, and that UDP and TCP 53 are open from this directory to them."
	},
	condition.DNSRefused: func(f Facts) (string, string) {
		return awsNotContacted(f) + fmt.Sprintf("%s asked %s; what runs there answers, but not for this domain%s.", f.dc(), f.question(), f.detail()),
			fmt.Sprintf("Check that the conditional forwarder names DNS servers that serve %s, and that these answer queries from this directory's subnets.", f.Remote)
	},
	condition.PartnerUnreachable: func(f Facts) (string, string) {
		return awsNotContacted(f) + fmt.Sprintf("DNS names domain controllers of %s, but none of them answers %s%s.", f.Remote, f.us(), f.status()),
			"Check that the partner's domain controllers run, and that routes and firewalls let TCP and UDP 88 and 389, TCP 135, 445 and 49152-65535 pass."
	},
	condition.SecurityGroup: closedWords,
	condition.PortClosed: func(f Facts) (string, string) {
		if len(f.Closed) > 0 {
			return closedWords(f)
		}
		return awsNotContacted(f) + fmt.Sprintf("%s answers %s, but not on every port that a trust needs%s.", f.partner(), f.us(), f.status()),
			"Open TCP and UDP 88 and 389, TCP 135, 445 and 49152-65535 from this directory to the partner's domain controllers."
	},
	condition.NoRoute: func(f Facts) (string, string) {
		if len(f.Closed) > 0 {
			return closedWords(f)
		}
		return awsNotContacted(f) + fmt.Sprintf("%s has no route to %s%s.", f.dc(), f.them(), f.status()),
			"Add an IP route to the partner's network to this directory."
	},
	condition.ClockSkew: func(f Facts) (string, string) {
		return fmt.Sprintf("The clock of %s is %s; Kerberos refuses tickets beyond 5 minutes of difference.", f.them(), f.skew()),
			"Set the clocks of both sides by NTP; it is looked at again by itself."
	},
	condition.PartnerSideMissing: func(f Facts) (string, string) {
		return fmt.Sprintf("The other side is missing: %s, asked by %s on TCP port 445, has no trust with %s that lets this side in%s.", f.them(), f.us(), f.Ours, f.status()),
			fmt.Sprintf("Create the trust on the side of %s with direction %q, type %s and the same trust password; it is looked for again by itself.", f.Remote, f.Direction.Complement(), f.Type)
	},
	condition.DirectionMismatch: func(f Facts) (string, string) {
		return fmt.Sprintf("The directions of the two sides do not complement each other: this side is %q, so the side of %s must be %q, but it is %q, as %s tells on TCP port 445%s.", f.Direction, f.Remote, f.Direction.Complement(), f.TheirDirection, f.them(), f.status()),
			fmt.Sprintf("Create the trust again on the side of %s with direction %q, or here with direction %q.", f.Remote, f.Direction.Complement(), f.TheirDirection.Complement())
	},
	condition.TypeMismatch: func(f Facts) (string, string) {
		return fmt.Sprintf("The types of the two sides differ: this side is a trust of type %s, the side of %s is %s, as %s tells on TCP port 445%s.", f.Type, f.Remote, f.theirType(), f.them(), f.status()),
			fmt.Sprintf("Delete one of the two sides and create it again: type %s at %s, or the partner's type here.", f.Type, f.Remote)
	},
	condition.PasswordMismatch: func(f Facts) (string, string) {
		return awsDenied + fmt.Sprintf("%s refused on TCP port 445 the trust password that %s holds%s: the two sides were created with different trust passwords.", f.partner(), f.us(), f.status()),
			"Delete the trust on both sides and create both again with one trust password."
	},
	condition.PipeAccessDenied: func(f Facts) (string, string) {
		return awsDenied + fmt.Sprintf("%s does not let %s open the named pipes netlogon, lsarpc and samr without logging on%s.", f.partner(), f.us(), f.status()),
			"Allow these pipes on the partner's domain controllers (policy \"Network access: Named Pipes that can be accessed anonymously\")."
	},
	condition.NameClash: func(f Facts) (string, string) {
		return awsNotPerformed + fmt.Sprintf("The names or the SID of %s clash with %s.", f.Remote, f.other("a name that this directory knows already")),
			"DNS name, NetBIOS name and SID must differ between both sides and from every other trusted domain. Delete this trust."
	},
	condition.IdentityChanged: func(f Facts) (string, string) {
		return fmt.Sprintf("%s is another domain than the one this trust was made with: its SID is %s now.", f.Remote, f.other("another one")),
			"Delete the trust and create it again, on both sides."
	},
	condition.LocalSideLost: func(f Facts) (string, string) {
		return fmt.Sprintf("The trusted-domain object for %s on %s is gone or is not as this trust made it, and the trust password is forgotten.", f.Remote, f.us()),
			"Delete this trust and create it again, on both sides."
	},
	condition.HostNameClash: func(f Facts) (string, string) {
		return fmt.Sprintf("A domain controller of %s has the same host name as one of %s. Domain controllers keep secure channels by host name alone, so the two partners take turns: both trusts work, with some logons slower.", f.Remote, f.other("another partner")),
			"Give the domain controllers of the two partners different host names."
	},
	condition.NotForestRoot: func(f Facts) (string, string) {
		return awsNotPerformed + fmt.Sprintf("A forest trust joins two forest roots, and %s is not the root of its forest, which is %s.", f.Remote, f.other("another domain")),
			"Delete this trust; create it with the forest's root, or as an external trust."
	},
	condition.ChannelStale: func(f Facts) (string, string) {
		return fmt.Sprintf("The secure channel from %s to %s is of an earlier trust and could not be renewed%s, or the partner disabled the trust's account.", f.us(), f.them(), f.status()),
			fmt.Sprintf("It is tried again by itself. If it stays so, check the account of this trust at %s.", f.Remote)
	},
	condition.PartnerRestart: func(f Facts) (string, string) {
		return fmt.Sprintf("The trust with %s changed its direction or type. winbindd of a Samba domain controller up to 4.22 keeps the old one until it is restarted, so users of this directory may be refused there%s.", f.Remote, f.status()),
			fmt.Sprintf("Restart winbindd, or samba, on the domain controllers of %s if they are Samba 4.22 or older.", f.Remote)
	},
	condition.KDCPolicy: func(f Facts) (string, string) {
		return awsDenied + fmt.Sprintf("A policy of %s refuses the authentication%s.", f.them(), f.status()),
			"Allow it there: selective authentication or an authentication policy is at work."
	},
	condition.ReplicationPending: func(f Facts) (string, string) {
		return fmt.Sprintf("%s does not know of the trust with %s yet%s.", f.dc(), f.Remote, f.status()),
			"It is replicated and tried again by itself."
	},
	condition.DirectoryNotActive: func(f Facts) (string, string) {
		return fmt.Sprintf("No domain controller of %s can be asked at the moment.", f.Ours),
			"It goes on by itself when one answers."
	},
	condition.DomainControllerOff: func(f Facts) (string, string) {
		return fmt.Sprintf("%s does not answer, so what it holds of the trust is not known%s.", f.dc(), f.status()),
			"The other domain controllers go on; it is looked at again by itself."
	},
	condition.WeakEncryption: func(f Facts) (string, string) {
		return fmt.Sprintf("AES could not be set on the trust with %s, so its tickets may use RC4.", f.Remote),
			"It is tried again by itself."
	},
	condition.SelectivePending: func(f Facts) (string, string) {
		return fmt.Sprintf("Selective authentication is not on every domain controller of %s as it is wanted.", f.Ours),
			"It is tried again by itself; where it is being switched on for a new trust, the trust waits for it."
	},
	condition.SelectiveExempt: func(f Facts) (string, string) {
		return fmt.Sprintf("Users of %s are refused where they are not allowed to authenticate, apart from these accounts, which have an authentication policy or silo of your own: %s.", f.Remote, f.other("some accounts")),
			"Keep users of other domains out by that policy, or take it off these accounts: then selective authentication covers them within seconds."
	},
	condition.SelectiveNTLM: func(f Facts) (string, string) {
		return fmt.Sprintf("Users of %s are refused tickets where they are not allowed to authenticate, but may log on by NTLM: the way from %s to the partner's TCP ports 135, 139, 445 and 49152-65535 is not closed yet.", f.Remote, f.other("a domain controller")),
			"It is closed by itself; if it stays so, see what the network of that domain controller says."
	},
	condition.Unexpected: func(f Facts) (string, string) {
		return fmt.Sprintf("%s could not finish its work on the trust with %s%s.", f.dc(), f.Remote, f.status()),
			"It is tried again by itself."
	},
}

// sentence ends s with a full stop.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
