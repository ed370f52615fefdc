package lsa

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"

	"github.com/oiweiwei/go-msrpc/dcerpc"
	drsuapi "github.com/oiweiwei/go-msrpc/msrpc/drsr/drsuapi/v4"
	"github.com/oiweiwei/go-msrpc/msrpc/dtyp"
	epm "github.com/oiweiwei/go-msrpc/msrpc/epm/epm/v3"
	"github.com/oiweiwei/go-msrpc/ndr"
	"github.com/oiweiwei/go-msrpc/ssp/gssapi"
	"github.com/rs/zerolog"
)

// drsWritable is the option DRS_WRIT_REP ([MS-DRSR] 5.41).
const drsWritable = 0x10

// portEPM is where the endpoint mapper tells on which port DRSUAPI listens.
const portEPM = 135

// errNoSource says that a controller does not know the one to pull from.
var errNoSource = errors.New("it does not know that domain controller as a source of replication yet")

// Pull makes the controller t replicate its domain's partition from the
// controller with the host name source, and returns when it has it
// (IDL_DRSReplicaSync, [MS-DRSR] 4.1.23). Without it, a change takes up to
// five seconds.
func Pull(ctx context.Context, t Target, c Credentials, source string) error {
	ctx, cancel := withTimeout(ctx)
	defer cancel()
	sockets := &sockets{ctx: ctx, dial: t.dialer()}
	defer sockets.cut()
	defer context.AfterFunc(ctx, sockets.cut)()
	if err := pull(t, c, sockets, source); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if status, ok := win32Of(err); ok { // DRSUAPI answers in Win32 codes
			err = status
		}
		return Failure("replicate from "+source, t.at(portEPM), err)
	}
	return nil
}

func pull(t Target, c Credentials, s *sockets, source string) error {
	ctx := gssapi.NewSecurityContext(context.Background(), ntlmSecurity(t, c)...)
	quiet := dcerpc.WithLogger(zerolog.Nop())
	conn, err := dcerpc.Dial(ctx, "ncacn_ip_tcp:"+t.Address.String(), dcerpc.WithDialer(s), quiet,
		epm.EndpointMapper(ctx, t.addr(portEPM), dcerpc.WithInsecure(), dcerpc.WithDialer(s), quiet))
	if err != nil {
		return err
	}
	client, err := drsuapi.NewDrsuapiClient(ctx, conn, dcerpc.WithSeal(), dcerpc.WithTargetName("ldap/"+t.Host))
	if err != nil {
		return err
	}
	caps, err := ndr.Marshal(&drsuapi.ExtensionsInt{Flags: drsuapi.ExtStrongEncryption}, ndr.Opaque)
	if err != nil {
		return err
	}
	bound, err := client.Bind(ctx, &drsuapi.BindRequest{Client: &drsuapi.Extensions{Data: caps}})
	if err != nil {
		return err
	}
	dsa, err := sourceDSA(ctx, client, bound.DRS, t, source)
	if err != nil {
		return err
	}
	_, err = client.SyncReplica(ctx, &drsuapi.SyncReplicaRequest{
		Handle: bound.DRS, Version: 1,
		Sync: &drsuapi.MessageReplicaSync{Value: &drsuapi.MessageReplicaSync_V1{V1: &drsuapi.MessageReplicaSyncV1{
			NC: &drsuapi.DSName{StringName: partitionOf(t)}, DSASourceID: dsa, Options: drsWritable,
		}}},
	})
	return err
}

// sourceDSA finds the replication identity of the controller named source
// (IDL_DRSDomainControllerInfo, [MS-DRSR] 4.1.5).
func sourceDSA(ctx context.Context, client drsuapi.DrsuapiClient, h *drsuapi.Handle, t Target, source string) (*dtyp.UUID, error) {
	const level = 2
	answer, err := client.DomainControllerInfo(ctx, &drsuapi.DomainControllerInfoRequest{
		Handle: h, InVersion: 1,
		In: &drsuapi.MessageDCInfoRequest{Value: &drsuapi.MessageDCInfoRequest_V1{
			V1: &drsuapi.MessageDCInfoRequestV1{Domain: string(t.Realm), InfoLevel: level},
		}},
	})
	if err != nil {
		return nil, err
	}
	list, ok := answer.Out.GetValue().(*drsuapi.MessageDCInfoReplyV2)
	if !ok {
		return nil, errBroken
	}
	for _, dc := range list.Items {
		if strings.EqualFold(dc.NetBIOSName, source) && !dc.NTDSDSAObjectGUID.IsZero() {
			g := dc.NTDSDSAObjectGUID
			return &dtyp.UUID{Data1: g.Data1, Data2: g.Data2, Data3: g.Data3, Data4: g.Data4}, nil
		}
	}
	return nil, errNoSource
}

// partitionOf is the DN of the target's domain.
func partitionOf(t Target) string {
	return "DC=" + strings.ReplaceAll(string(t.Realm), ".", ",DC=")
}

// sockets opens connections for go-msrpc and closes them all at the end.
type sockets struct {
	ctx  context.Context
	dial Dialer

	mu   sync.Mutex
	open []net.Conn // guarded by mu
}

func (s *sockets) DialContext(_ context.Context, network, address string) (net.Conn, error) {
	c, err := s.dial(s.ctx, network, address)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = append(s.open, c)
	return c, nil
}

func (s *sockets) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.open {
		_ = c.Close()
	}
	s.open = nil
}
