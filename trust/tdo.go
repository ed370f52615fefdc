package trust

import (
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
)

// TDO is a trusted-domain object as one domain holds it ([MS-ADTS] 6.1.6.7).
// Direction is seen from the domain that holds it.
type TDO struct {
	DNSName         directory.FQDN
	NetBIOSName     directory.NetBIOSName
	SID             string
	Direction       Direction // "" means disabled
	Type            Type
	Attributes      Attributes
	EncryptionTypes EncryptionTypes // 0 means not set
	ForestInfo      []ForestRecord  // nil means none stored
}

// NewTDO is a trusted-domain object to create, with its secrets. Outgoing and
// Incoming are usually the same trust password.
type NewTDO struct {
	TDO
	Password secret.Text
}

// Attributes is trustAttributes ([MS-ADTS] 6.1.6.7.9). Unknown bits are kept.
type Attributes uint32

// The bits that matter here.
const (
	AttrNonTransitive     Attributes = 0x1
	AttrQuarantined       Attributes = 0x4
	AttrForestTransitive  Attributes = 0x8
	AttrCrossOrganization Attributes = 0x10 // never set on a Samba object (decision 11)
	AttrWithinForest      Attributes = 0x20
	AttrTreatAsExternal   Attributes = 0x40
)

// AttributesFor gives the attributes of a new trust of that type.
func AttributesFor(t Type) Attributes {
	if t == External {
		return AttrQuarantined
	}
	return AttrForestTransitive
}

// TypeOf tells a trust's type by its attributes.
func TypeOf(a Attributes) Type {
	if a&AttrForestTransitive != 0 {
		return Forest
	}
	return External
}

// EncryptionTypes is msDS-SupportedEncryptionTypes ([MS-KILE] 2.2.7).
type EncryptionTypes uint32

// The encryption types that trusts use.
const (
	EncRC4    EncryptionTypes = 0x4
	EncAES128 EncryptionTypes = 0x8
	EncAES256 EncryptionTypes = 0x10
	EncAES                    = EncAES128 | EncAES256
)

// ForestRecord is one entry of a trust's forest trust information
// ([MS-LSAD] 2.2.7.21).
type ForestRecord struct {
	Kind    ForestRecordKind
	Flags   uint32
	Name    string // TLN and exclusion: the DNS suffix
	SID     string // domain info
	DNSName string // domain info
	NetBIOS string // domain info
}

// ForestRecordKind is the type of a ForestRecord.
type ForestRecordKind int

// The kinds of records.
const (
	TopLevelName   ForestRecordKind = 0
	TopLevelNameEx ForestRecordKind = 1
	DomainInfo     ForestRecordKind = 2
)
