package service

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
)

// UpdateSettings asks for settings of a directory, in all its Regions. It
// answers before the domain controllers have them.
func (s *Service) UpdateSettings(ctx context.Context, caller audit.Caller, in *directoryservice.UpdateSettingsInput) (*directoryservice.UpdateSettingsOutput, error) {
	id := val(in.DirectoryId)
	wanted := map[string]string{}
	var words []string
	for _, set := range in.Settings {
		name, value := val(set.Name), val(set.Value)
		known, ok := directory.SettingNamed(name)
		if !ok {
			return nil, errs.E(errs.UnsupportedSettings, "The setting %s is not supported: there is no setting of that name.", name)
		}
		if err := known.Check(value); err != nil {
			return nil, err
		}
		if other, twice := wanted[name]; twice && other != value {
			return nil, errs.E(errs.IncompatibleSettings, "The setting %s is asked to be both %s and %s.", name, other, value)
		}
		wanted[name] = value
		words = append(words, name+"="+value)
	}
	if len(wanted) == 0 {
		return nil, errs.E(errs.Invalid, "The list of settings must not be empty.")
	}
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.inPrimary(caller, id)
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Unavailable)
		}
		o, _ := store.Settings.Get(s.store, id)
		o.Value.Serial++
		if o.Value.Wishes == nil {
			o.Value.Wishes = map[string]directory.SettingWish{}
		}
		for name, value := range wanted {
			o.Value.Wishes[name] = directory.SettingWish{Value: value, Serial: o.Value.Serial, At: s.now()}
		}
		store.Settings.Put(tx, id, o.Value, o.Revision)
		s.audit(tx, caller, "UpdateSettings", id, "Settings", strings.Join(words, ","))
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.UpdateSettingsOutput{DirectoryId: text(id)}, nil
}

// here finds a directory for operations that call a missing one
// DirectoryDoesNotExistException.
func (s *Service) here(caller audit.Caller, id string) (found, error) {
	d, err := s.directoryByID(caller, id)
	if errs.Is(err, errs.NotFound) {
		return d, errs.E(errs.NoDirectory, "Directory %s does not exist", id)
	}
	return d, err
}

// inPrimary is here for operations of the primary Region alone.
func (s *Service) inPrimary(caller audit.Caller, id string) (found, error) {
	d, err := s.here(caller, id)
	if err != nil {
		return d, err
	}
	return d, d.primaryOnly(caller, errs.Unsupported)
}
