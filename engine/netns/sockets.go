package netns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// closeSockets closes the TCP sockets with these ends, as if the connection had
// been reset. A kernel that cannot do it leaves them to starve.
func closeSockets(h *netlink.Handle, unwanted map[ends]bool) error {
	var all error
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		sockets, err := dump(func() ([]*netlink.Socket, error) { return h.SocketDiagTCP(family) })
		if err != nil {
			return fmt.Errorf("cannot list sockets: %w", err)
		}
		for _, s := range sockets {
			// A listening socket has no remote end, and is nobody's here: asked by
			// its ends alone the kernel would take it for one that is gone.
			local, _ := netip.AddrFromSlice(s.ID.Source)
			remote, _ := netip.AddrFromSlice(s.ID.Destination)
			e := ends{netip.AddrPortFrom(local.Unmap(), s.ID.SourcePort), netip.AddrPortFrom(remote.Unmap(), s.ID.DestinationPort)}
			if s.State == netlink.TCP_LISTEN || !unwanted[e] {
				continue
			}
			req := nl.NewNetlinkRequest(nl.SOCK_DESTROY, unix.NLM_F_ACK)
			req.AddData(socketRequest{family: family, id: s.ID})
			if _, err := req.Execute(unix.NETLINK_INET_DIAG, 0); err != nil && !isGone(err) {
				all = errors.Join(all, fmt.Errorf("cannot close the socket of a connection with %s: %w", e.remote, err))
			}
		}
	}
	return all
}

// isGone reports whether a socket could not be closed because it ended
// meanwhile, or because the kernel closes none.
func isGone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESTALE) || errors.Is(err, unix.EOPNOTSUPP)
}

// socketRequest is struct inet_diag_req_v2 of Linux: one TCP socket, known by
// its cookie.
type socketRequest struct {
	family uint8
	id     netlink.SocketID
}

const socketRequestLen = 56

func (r socketRequest) Len() int { return socketRequestLen }

func (r socketRequest) Serialize() []byte {
	b := make([]byte, socketRequestLen)
	b[0], b[1] = r.family, unix.IPPROTO_TCP
	binary.NativeEndian.PutUint32(b[4:], 0xffffffff) // in any state
	binary.BigEndian.PutUint16(b[8:], r.id.SourcePort)
	binary.BigEndian.PutUint16(b[10:], r.id.DestinationPort)
	source, destination := r.id.Source, r.id.Destination
	if r.family == unix.AF_INET {
		source, destination = source.To4(), destination.To4()
	}
	copy(b[12:28], source)
	copy(b[28:44], destination)
	binary.NativeEndian.PutUint32(b[44:], r.id.Interface)
	binary.NativeEndian.PutUint32(b[48:], r.id.Cookie[0])
	binary.NativeEndian.PutUint32(b[52:], r.id.Cookie[1])
	return b
}
