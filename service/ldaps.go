package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// EnableLDAPS has everything that asks trusted domains by LDAP on behalf of a
// directory in the caller's Region do so by TLS, with servers whose
// certificates the registered authorities issued. It counts from the next
// connection on.
func (s *Service) EnableLDAPS(ctx context.Context, caller audit.Caller, in *directoryservice.EnableLDAPSInput) (*directoryservice.EnableLDAPSOutput, error) {
	if err := s.setLDAPS(ctx, caller, "EnableLDAPS", val(in.DirectoryId), true); err != nil {
		return nil, err
	}
	return &directoryservice.EnableLDAPSOutput{}, nil
}

// DisableLDAPS ends that.
func (s *Service) DisableLDAPS(ctx context.Context, caller audit.Caller, in *directoryservice.DisableLDAPSInput) (*directoryservice.DisableLDAPSOutput, error) {
	if err := s.setLDAPS(ctx, caller, "DisableLDAPS", val(in.DirectoryId), false); err != nil {
		return nil, err
	}
	return &directoryservice.DisableLDAPSOutput{}, nil
}

func (s *Service) setLDAPS(ctx context.Context, caller audit.Caller, operation, id string, enabled bool) error {
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.here(caller, id)
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Unavailable)
		}
		o, _ := store.LDAPS.Get(s.store, directory.LDAPSKey(d.Value.ID, caller.Region))
		if o.Value.Enabled == enabled {
			word := map[bool]string{true: "enabled", false: "disabled"}[enabled]
			return errs.E(errs.LDAPSStatus, "Client-side LDAPS is already %s for directory %s in %s.", word, id, caller.Region)
		}
		if enabled && !s.expectGood(tx, d.Value.ID, "") {
			return errs.E(errs.NoCertificate, "Client-side LDAPS needs a registered certificate that has not expired, and directory %s has none.", id)
		}
		store.LDAPS.Put(tx, o.Key, directory.LDAPS{Enabled: enabled, At: s.now()}, o.Revision)
		s.audit(tx, caller, operation, id)
		return nil
	})
	if err != nil {
		return classified(err)
	}
	return nil
}

func (s *Service) certificateGood(id directory.ID) bool {
	for _, c := range s.certificates(id) {
		if s.now().Before(c.Expires) {
			return true
		}
	}
	return false
}

// DescribeLDAPSSettings tells whether client-side LDAPS is enabled in the
// caller's Region.
func (s *Service) DescribeLDAPSSettings(_ context.Context, caller audit.Caller, in *directoryservice.DescribeLDAPSSettingsInput) (*directoryservice.DescribeLDAPSSettingsOutput, error) {
	d, err := s.here(caller, val(in.DirectoryId))
	if err != nil {
		return nil, err
	}
	if val(in.NextToken) != "" {
		return nil, errs.E(errs.InvalidNextToken, "Invalid value passed for the NextToken parameter.")
	}
	o := store.LDAPS.Peek(s.store, directory.LDAPSKey(d.Value.ID, caller.Region))
	info := types.LDAPSSettingInfo{LDAPSStatus: types.LDAPSStatusDisabled, LastUpdatedDateTime: when(o.At)}
	switch {
	case o.Enabled && !s.certificateGood(d.Value.ID):
		info.LDAPSStatus = types.LDAPSStatusEnableFailed
		info.LDAPSStatusReason = text("Every registered certificate has expired. Register another one.")
	case o.Enabled:
		info.LDAPSStatus = types.LDAPSStatusEnabled
	}
	return &directoryservice.DescribeLDAPSSettingsOutput{LDAPSSettingsInfo: []types.LDAPSSettingInfo{info}}, nil
}
