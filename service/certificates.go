package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
)

// RegisterCertificate registers a certificate authority whose LDAP servers a
// directory trusts, in all its Regions.
func (s *Service) RegisterCertificate(ctx context.Context, caller audit.Caller, in *directoryservice.RegisterCertificateInput) (*directoryservice.RegisterCertificateOutput, error) {
	id := val(in.DirectoryId)
	if in.Type == types.CertificateTypeClientCertAuth || in.ClientCertAuthSettings != nil {
		return nil, errs.E(errs.Unsupported, "Certificates for smart card authentication cannot be registered: smart card authentication is not offered. Register the certificate with the type ClientLDAPS.")
	}
	cert, err := directory.ParseCertificate(val(in.CertificateData), s.now())
	if err != nil {
		return nil, err
	}
	_, err = s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.inPrimary(caller, id)
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Unavailable)
		}
		has := s.certificates(d.Value.ID)
		for _, other := range has {
			if other.Fingerprint == cert.Fingerprint {
				return errs.E(errs.CertificateExists, "The certificate is registered with directory %s already, as %s.", id, other.ID)
			}
		}
		if len(has) >= directory.MaxCertificates {
			return errs.E(errs.CertificateLimit, "Certificate limit exceeded. Directory %s has %d certificates, as many as it may have. Deregister one of them first.", id, len(has))
		}
		store.Certificates.Counted(tx)
		cert.ID, cert.Directory, cert.RegisteredAt = directory.NewCertificateID(random5()), d.Value.ID, s.now()
		store.Certificates.Put(tx, string(cert.ID), cert, 0)
		s.audit(tx, caller, "RegisterCertificate", string(cert.ID), "DirectoryId", id, "CommonName", cert.CommonName, "Fingerprint", cert.Fingerprint)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.RegisterCertificateOutput{CertificateId: text(cert.ID)}, nil
}

// certificates lists a directory's certificates, by id.
func (s *Service) certificates(id directory.ID) []directory.Certificate {
	var list []directory.Certificate
	for o := range store.Certificates.All(s.store) {
		if o.Value.Directory == id {
			list = append(list, o.Value)
		}
	}
	return list
}

// DeregisterCertificate takes a certificate away. The last one that has not
// expired stays while LDAPS is enabled anywhere.
func (s *Service) DeregisterCertificate(ctx context.Context, caller audit.Caller, in *directoryservice.DeregisterCertificateInput) (*directoryservice.DeregisterCertificateOutput, error) {
	id, cert := val(in.DirectoryId), val(in.CertificateId)
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		d, err := s.inPrimary(caller, id)
		if err != nil {
			return err
		}
		if !d.usable() {
			return d.notUsable(errs.Unavailable)
		}
		o, err := s.certificate(d, cert)
		if err != nil {
			return err
		}
		left := s.expectGood(tx, d.Value.ID, o.Value.ID)
		for _, place := range d.Value.Places() {
			if left {
				break
			}
			key := directory.LDAPSKey(d.Value.ID, place.Name)
			ldaps, there := store.LDAPS.Get(s.store, key)
			if !there {
				store.LDAPS.ExpectNone(tx, key)
				continue
			}
			store.LDAPS.Expect(tx, ldaps)
			if ldaps.Value.Enabled {
				return errs.E(errs.CertificateInUse, "Certificate %s cannot be deregistered: client-side LDAPS is enabled in %s, and it is the last certificate. Disable LDAPS first, or register another one.", cert, place.Name)
			}
		}
		store.Certificates.Delete(tx, o.Key, o.Revision)
		s.audit(tx, caller, "DeregisterCertificate", cert, "DirectoryId", id)
		return nil
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.DeregisterCertificateOutput{}, nil
}

// expectGood has a certificate of the directory that has not expired still be
// there, one other than except; ok is false when there is none.
func (s *Service) expectGood(tx *store.Txn, id directory.ID, except directory.CertificateID) (ok bool) {
	for o := range store.Certificates.All(s.store) {
		if o.Value.Directory == id && o.Value.ID != except && s.now().Before(o.Value.Expires) {
			store.Certificates.Expect(tx, o)
			return true
		}
	}
	return false
}

// certificate finds a certificate of a directory.
func (s *Service) certificate(d found, id string) (store.Object[directory.Certificate], error) {
	o, ok := store.Certificates.Get(s.store, id)
	if !ok || o.Value.Directory != d.Value.ID {
		return o, errs.E(errs.NoSuchCertificate, "Certificate %s does not exist", id)
	}
	return o, nil
}

// DescribeCertificate describes one certificate of a directory.
func (s *Service) DescribeCertificate(_ context.Context, caller audit.Caller, in *directoryservice.DescribeCertificateInput) (*directoryservice.DescribeCertificateOutput, error) {
	d, err := s.here(caller, val(in.DirectoryId))
	if err != nil {
		return nil, err
	}
	o, err := s.certificate(d, val(in.CertificateId))
	if err != nil {
		return nil, err
	}
	return &directoryservice.DescribeCertificateOutput{Certificate: &types.Certificate{
		CertificateId: text(o.Value.ID), CommonName: text(o.Value.CommonName), State: types.CertificateStateRegistered,
		ExpiryDateTime: when(o.Value.Expires), RegisteredDateTime: when(o.Value.RegisteredAt), Type: types.CertificateTypeClientLdaps,
	}}, nil
}

// ListCertificates lists a directory's certificates.
func (s *Service) ListCertificates(_ context.Context, caller audit.Caller, in *directoryservice.ListCertificatesInput) (*directoryservice.ListCertificatesOutput, error) {
	d, err := s.here(caller, val(in.DirectoryId))
	if err != nil {
		return nil, err
	}
	bind := paging.Bind(caller.Account, caller.Region, "ListCertificates", d.Key)
	page, next, err := paging.Page(s.certificates(d.Value.ID), func(c directory.Certificate) string { return string(c.ID) }, val(in.Limit), val(in.NextToken), bind, s.cfg.TokenKey)
	if err != nil {
		return nil, err
	}
	out := &directoryservice.ListCertificatesOutput{CertificatesInfo: make([]types.CertificateInfo, 0, len(page)), NextToken: text(next)}
	for _, c := range page {
		out.CertificatesInfo = append(out.CertificatesInfo, types.CertificateInfo{
			CertificateId: text(c.ID), CommonName: text(c.CommonName), State: types.CertificateStateRegistered,
			ExpiryDateTime: when(c.Expires), Type: types.CertificateTypeClientLdaps,
		})
	}
	return out, nil
}
