package assessment

import "fmt"

// dialects are SMB's by their number on the wire ([MS-SMB2] 2.2.4).
func dialectName(d uint16) string {
	switch d {
	case 0x0202:
		return "2.0.2"
	case 0x0210:
		return "2.1"
	case 0x0300:
		return "3.0"
	case 0x0302:
		return "3.0.2"
	case 0x0311:
		return "3.1.1"
	}
	return fmt.Sprintf("0x%04x", d)
}

func (c Case) dialect(l Look) (Validation, bool) {
	const name = "SMB dialect"
	switch {
	case l.SMB == nil && l.SMBError != "":
		return bad(CategorySecurity, name, "OldDialect", "%s: %s. Trust calls need SMB 3. Let the partner's domain controllers offer it.", l.Host, l.SMBError), true
	case l.SMB == nil:
		return Validation{}, false
	case l.SMB.Dialect < 0x0300:
		return bad(CategorySecurity, name, "OldDialect", "%s agrees on SMB %s. Trust calls need SMB 3, which can encrypt. Allow SMB 3 there (Samba: server max protocol = SMB3).", l.Host, dialectName(l.SMB.Dialect)), true
	}
	return ok(CategorySecurity, name, "%s agrees on SMB %s.", l.Host, dialectName(l.SMB.Dialect)), true
}

func (c Case) signing(l Look) (Validation, bool) {
	const name = "SMB signing"
	switch {
	case l.SMB == nil:
		return Validation{}, false
	case !l.SMB.SigningRequired:
		return bad(CategorySecurity, name, "SigningNotRequired", "%s does not require SMB packets to be signed, so somebody in between can change what NETLOGON and LSA say. Require it (policy \"Microsoft network server: Digitally sign communications (always)\"; Samba: server signing = mandatory).", l.Host), true
	}
	return ok(CategorySecurity, name, "%s requires signed packets.", l.Host), true
}

func (c Case) sealing(l Look) (Validation, bool) {
	const name = "SMB encryption"
	switch {
	case l.SMB == nil || l.SMB.Dialect < 0x0300:
		return Validation{}, false
	case !l.SMB.Encryption:
		return bad(CategorySecurity, name, "NoEncryption", "%s offers no SMB encryption. Trust secrets are sent over encrypted sessions only, so its side of a trust cannot be made or repaired from afar. Switch it on (Samba: server smb encrypt = default).", l.Host), true
	}
	return ok(CategorySecurity, name, "%s encrypts when it is asked to.", l.Host), true
}

func (c Case) aes(l Look) (Validation, bool) {
	const name = "Kerberos encryption types"
	switch {
	case l.Kerberos == nil:
		return Validation{}, false
	case l.Kerberos.AES && l.Kerberos.RC4:
		return ok(CategorySecurity, name, "The KDC of %s takes AES. It takes RC4 as well, which this directory does not use.", l.Host), true
	case l.Kerberos.AES:
		return ok(CategorySecurity, name, "The KDC of %s takes AES.", l.Host), true
	case l.Kerberos.Stranger:
		return bad(CategorySecurity, name, "OtherDomain", "The KDC of %s does not know the account of its own host in %s (%s), so it could not be asked for encryption types: another domain's domain controller answers at this address, or the host has another name. Compare what DNS says of the host with where it is.", l.Host, c.Partner.Domain, l.Kerberos.Detail), true
	}
	return bad(CategorySecurity, name, "NoAES", "The KDC of %s takes no AES (%s). Tickets of a trust are AES only here. Allow AES128 and AES256 there (policy \"Network security: Configure encryption types allowed for Kerberos\"; Samba: kdc supported enctypes).", l.Host, l.Kerberos.Detail), true
}

// levelName names a functional level.
func levelName(n int) string {
	names := map[int]string{
		0: "Windows 2000", 1: "Windows Server 2003 interim", 2: "Windows Server 2003", 3: "Windows Server 2008",
		4: "Windows Server 2008 R2", 5: "Windows Server 2012", 6: "Windows Server 2012 R2", 7: "Windows Server 2016", 10: "Windows Server 2025",
	}
	if s, known := names[n]; known {
		return s
	}
	return fmt.Sprintf("level %d", n)
}

// The lowest levels: AES came with 2008, forest trusts with 2003.
const (
	lowestDomain = 3
	lowestForest = 2
)

func (c Case) domainLevel(l Look) (Validation, bool) {
	const name = "Functional level of the domain"
	switch {
	case l.Levels == nil || l.Levels.Domain < 0:
		return Validation{}, false
	case l.Levels.Domain < lowestDomain:
		return bad(CategorySecurity, name, "OldLevel", "The domain is at the level of %s. Accounts have AES keys from Windows Server 2008 on. Raise it (Samba: samba-tool domain level raise).", levelName(l.Levels.Domain)), true
	}
	return ok(CategorySecurity, name, "The domain is at the level of %s.", levelName(l.Levels.Domain)), true
}

func (c Case) forestLevel(l Look) (Validation, bool) {
	const name = "Functional level of the forest"
	switch {
	case l.Levels == nil || l.Levels.Forest < 0:
		return Validation{}, false
	case l.Levels.Forest < lowestForest && c.forest():
		return bad(CategorySecurity, name, "OldLevel", "The forest is at the level of %s. Forest trusts need Windows Server 2003. Raise it, or create an external trust.", levelName(l.Levels.Forest)), true
	}
	return ok(CategorySecurity, name, "The forest is at the level of %s.", levelName(l.Levels.Forest)), true
}
