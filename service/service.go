// Package service is what every operation of the API means: one file per
// operation, each of which checks the request's meaning (its shape is checked
// already), and writes what is wanted, with its audit entry, in one
// transaction of the store. It also answers reads from the store's cache.
//
// It is not the wire (package awsapi is), and it never touches the world: no
// engine, no reconciler. An operation that must not answer before the domain
// controllers have acted waits for the reconciler's word in the store. After a
// crash an operation has either happened in full or not at all; what is wanted
// and not done yet goes on by itself.
//
// Methods have the form (ctx, caller, *XInput) (*XOutput, error) with the AWS
// SDK's types where AWS has the operation, and plain structs whose fields are
// named as on the wire where the SDK's types are not in use (STS, EC2, and
// Entente's own). Errors are *errs.Error.
package service

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/awsranges"
	"github.com/entente-ad/entente/internal/keyed"
	"github.com/entente-ad/entente/store"
)

// Config configures a Service. Zero values mean the defaults named; Store is
// required.
type Config struct {
	Store     *store.Store
	Account   string                // 12 digits; "" means 000000000000
	Node      string                // the host that runs new domain controllers; "" means "local"
	VPCPool   netip.Prefix          // where default VPCs are cut from; zero means 10.128.0.0/9
	Avoid     func() []netip.Prefix // what this host routes already, so that a new VPC does not overlap; nil means nothing
	TokenKey  []byte                // seals pagination tokens
	AWSRanges awsranges.List        // to which no IP route may lead
	Wait      time.Duration         // for calls that answer after the domain controllers acted; 0 means 15 s
	Topics    []string              // event topics that messages can be delivered to
	LogGroups []string              // log groups that records can be delivered to
	Limits    directory.Limits      // zero fields mean the defaults
	Trusted   TrustedDomains        // looks through trusts; nil means that nothing can
	Now       func() time.Time      // nil means time.Now
	Log       *slog.Logger          // nil means slog.Default()
}

// Service carries out the operations of the API. It is safe for concurrent
// use.
type Service struct {
	cfg   Config
	store *store.Store
	keys  keyCache
	// resets has one reset of a password, or one new computer, of a directory
	// wait for its domain controllers at a time.
	resets keyed.Locks[string]
}

// New builds a Service. It reads nothing and starts nothing.
func New(cfg Config) *Service {
	if cfg.Account == "" {
		cfg.Account = "000000000000"
	}
	if cfg.Node == "" {
		cfg.Node = "local"
	}
	if !cfg.VPCPool.IsValid() {
		cfg.VPCPool = netip.MustParsePrefix("10.128.0.0/9")
	}
	if cfg.Avoid == nil {
		cfg.Avoid = func() []netip.Prefix { return nil }
	}
	if cfg.Wait == 0 {
		cfg.Wait = 15 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	cfg.Limits = cfg.Limits.WithDefaults()
	return &Service{cfg: cfg, store: cfg.Store}
}

func (s *Service) now() time.Time { return s.cfg.Now().UTC() }
