package service

import (
	"errors"
	"fmt"

	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// lookPorts are the partner's TCP ports that a look through a trust needs:
// Kerberos and LDAP.
var lookPorts = []int{88, 389}

// withWall adds to the error of a look what at our own side stops it, if
// anything does: what came back does not tell.
func (s *Service) withWall(way trust.Way, err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind != errs.Unavailable {
		return err
	}
	if why := s.walled(way); why != "" {
		return &errs.Error{Kind: e.Kind, Message: e.Message, Hint: why, Err: e.Err}
	}
	return err
}

// walled says which route or rule of ours is missing for the first partner's
// domain controller that cannot be reached, "" when none is.
func (s *Service) walled(way trust.Way) string {
	for _, from := range way.From {
		o, known := store.InterfaceStatus.Get(s.store, string(from.DC.ID))
		d := store.Directories.Peek(s.store, string(from.Directory))
		wall := trust.WallOf(d, from.DC, o.Value, known)
		if !wall.Known {
			continue
		}
		for _, to := range way.To {
			if !vpc.Routed(wall.Status.Routes, to.Address) {
				return fmt.Sprintf("Domain controller %s has no route to %s (%s): add one with AddIpRoutes.", from.DC.ID, to.Address, to.Host)
			}
			for _, port := range lookPorts {
				if _, ok := wall.Status.Filter.Allows(true, vpc.TCP, to.Address, port); !ok {
					return fmt.Sprintf("Security group %s of the domain controllers lets nothing out to %s (%s) on TCP %d: add an outbound rule.", wall.Group, to.Address, to.Host, port)
				}
			}
		}
	}
	return ""
}
