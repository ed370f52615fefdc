package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/service"
)

// serveConfig is what `entente serve` was told.
type serveConfig struct {
	listen        string
	tlsCert       string
	tlsKey        string
	dataDir       string
	keyFile       string
	account       string
	vpcPool       string
	dnsUpstreams  []string
	awsRanges     string
	etcdEndpoints []string
	storeQuota    string
	logJSON       bool
	managed       managedFlags
	audit         auditFlags
}

func serveCommand() *cobra.Command {
	var cfg serveConfig
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the server, as root",
		Long: `Start the server: the API, and everything that keeps directories and trusts as
they are wanted. It needs root, since it makes network namespaces.

The first start makes an access key and writes it to <data-dir>/credentials in
the AWS credentials format, profile "entente" (or takes it from
ENTENTE_BOOTSTRAP_ACCESS_KEY_ID and ENTENTE_BOOTSTRAP_SECRET_ACCESS_KEY).

SIGTERM or Ctrl-C stops the server; domain controllers run on and are found
again by the next start. entente down stops and removes them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), cmd.ErrOrStderr(), cfg) },
	}
	f := cmd.Flags()
	f.StringVar(&cfg.listen, "listen", defaultListen, "address and port of the API, the console and /healthz")
	f.StringVar(&cfg.tlsCert, "tls-cert", "", "`file` of the server's certificate, and those between it and its authority, in PEM: it then speaks HTTPS only; read again when it has changed")
	f.StringVar(&cfg.tlsKey, "tls-key", "", "`file` of the certificate's key, in PEM")
	f.StringVar(&cfg.dataDir, "data-dir", defaultDataDir, "folder of this installation: store, credentials, domain controllers")
	f.StringVar(&cfg.keyFile, "key-file", "", "file of the key that seals secrets, mode 0600 (default <data-dir>/secret.key)")
	f.StringVar(&cfg.account, "account", "000000000000", "account id, 12 digits, in ARNs")
	f.StringVar(&cfg.vpcPool, "vpc-pool", "10.128.0.0/9", "range out of which the default VPC of each Region is cut")
	f.StringSliceVar(&cfg.dnsUpstreams, "dns-upstreams", nil, "DNS servers that domain controllers ask for names without a conditional forwarder (default none: such names are refused)")
	f.StringVar(&cfg.awsRanges, "aws-ip-ranges", "", "list of AWS's own address ranges, to which directories get no IP routes, as internal/awsranges/refresh.go writes it (default the one built in)")
	f.StringSliceVar(&cfg.etcdEndpoints, "etcd-endpoints", nil, "an external etcd cluster to keep the state in (default an embedded one in the data folder)")
	f.StringVar(&cfg.storeQuota, "store-quota", "1GiB", "how large the embedded etcd's data base may become; at 80% of it the log and /healthz say so")
	f.BoolVar(&cfg.logJSON, "log-json", false, "log JSON lines")
	cfg.managed.register(cmd)
	cfg.audit.register(cmd)
	return cmd
}

// serve runs the server until ctx ends.
func serve(ctx context.Context, stderr io.Writer, cfg serveConfig) (err error) {
	if os.Getuid() != 0 {
		return errors.New("serve must run as root: it makes network namespaces and runs domain controllers")
	}
	pool, upstreams, err := cfg.parse()
	if err != nil {
		return err
	}
	log := newLogger(stderr, cfg.logJSON)
	closing := func() bool { return true }
	defer func() { closing() }() // last of all: everything else is closed
	certificate, err := readCertificate(log, cfg.tlsCert, cfg.tlsKey)
	if err != nil {
		return err
	}
	// Before anything is made: a port that is taken must leave nothing behind.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s, choose another address with --listen: %w", cfg.listen, err)
	}
	defer func() { _ = listener.Close() }() // the API closes it too
	dir, err := openDataDir(cfg.dataDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if err := dir.checkContainers(false); err != nil {
		return err
	}

	st, room, closeStore, err := openStore(ctx, log, cfg, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()

	b, err := build(log, cfg, dir, st, room, listener, pool, upstreams)
	if err != nil {
		return err
	}
	b.certificate = certificate
	first, err := b.service.Bootstrap(ctx, service.FirstKey{
		ID:     os.Getenv("ENTENTE_BOOTSTRAP_ACCESS_KEY_ID"),
		Secret: secret.New(os.Getenv("ENTENTE_BOOTSTRAP_SECRET_ACCESS_KEY")),
	})
	if err != nil {
		return fmt.Errorf("cannot make the first access key: %w", err)
	}
	if err := b.service.GiveGroups(ctx); err != nil {
		return fmt.Errorf("cannot give security groups to directories that have none: %w", err)
	}
	if err := writeCredentials(dir, first); err != nil {
		return err
	}
	for _, p := range samba.Missing() {
		log.Warn("Samba is not installed completely: run scripts/install.sh, or install the package", "missing", p.Path, "package", p.Package, "needed_for", p.For)
	}
	log.Info("entente is starting", "listen", listener.Addr().String(), "data_dir", dir.path, "tag", dir.tag, "version", version())
	_, _ = fmt.Fprintf(stderr, "Use it like this:\n  export AWS_SHARED_CREDENTIALS_FILE=%s AWS_PROFILE=%s AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL=%s\n  aws ds describe-directories\n",
		dir.join("credentials"), profile, address(listener.Addr(), certificate))
	err = runAll(ctx, log, partsLimit, b.parts())
	closing = exitAfter(log, closeLimit)
	return err
}

// address is the URL of a server that listens there. A client of HTTPS has to
// call it by a name that the certificate holds.
func address(at net.Addr, c *certificate) string {
	host := reachable(at)
	if c == nil {
		return "http://" + host
	}
	if _, port, err := net.SplitHostPort(host); err == nil && c.name() != "" {
		host = net.JoinHostPort(c.name(), port)
	}
	return "https://" + host
}

// reachable is where a client on this host finds a server that listens there.
func reachable(at net.Addr) string {
	tcp, err := netip.ParseAddrPort(at.String())
	switch {
	case err != nil || !tcp.Addr().IsUnspecified():
		return at.String()
	default: // [::] takes IPv4 too
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), tcp.Port()).String()
	}
}

// parse checks what the flags cannot check themselves.
func (c serveConfig) parse() (pool netip.Prefix, upstreams []netip.Addr, err error) {
	if pool, err = netip.ParsePrefix(c.vpcPool); err != nil || !pool.Addr().Is4() || pool.Masked() != pool || pool.Bits() > 16 {
		return pool, nil, fmt.Errorf("--vpc-pool %s is not an IPv4 range of /16 or larger, without host bits", c.vpcPool)
	}
	for _, never := range []string{"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"} {
		if pool.Overlaps(netip.MustParsePrefix(never)) {
			return pool, nil, fmt.Errorf("--vpc-pool %s overlaps %s, in which no host can have an address", c.vpcPool, never)
		}
	}
	for _, s := range c.dnsUpstreams {
		addr, err := netip.ParseAddr(s)
		if err != nil || addr.IsLoopback() || addr.IsUnspecified() {
			return pool, nil, fmt.Errorf("--dns-upstreams: %q is not an address that a domain controller can reach", s)
		}
		upstreams = append(upstreams, addr)
	}
	if len(c.account) != 12 || strings.Trim(c.account, "0123456789") != "" {
		return pool, nil, fmt.Errorf("--account %s is not 12 digits", c.account)
	}
	return pool, upstreams, nil
}

func newLogger(w io.Writer, asJSON bool) *slog.Logger {
	if asJSON {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// writeCredentials leaves the first key where every AWS client can read it.
func writeCredentials(dir *dataDir, key service.FirstKey) error {
	content := fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", profile, key.ID, key.Secret.Reveal())
	file := dir.join("credentials")
	if had, err := os.ReadFile(file); err == nil && string(had) == content {
		return nil // a full disk keeps nobody from starting
	}
	return writeFile(file, []byte(content))
}
