package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
)

// The endpoint mapper's interface and NETLOGON's, as they stand on the wire
// ([C706] appendices O and L, [MS-NRPC] 1.9).
var (
	mapperInterface   = []byte{0x08, 0x83, 0xaf, 0xe1, 0x1f, 0x5d, 0xc9, 0x11, 0x91, 0xa4, 0x08, 0x00, 0x2b, 0x14, 0xa0, 0xfa, 3, 0, 0, 0}
	netlogonInterface = []byte{0x78, 0x56, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0x00, 0x01, 0x23, 0x45, 0x67, 0xcf, 0xfb, 1, 0}
	ndr               = []byte{0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60}
)

var errNoEndpoint = errors.New("the endpoint mapper names no port of NETLOGON")

// dynamicPort asks the endpoint mapper on which TCP port NETLOGON listens
// (ept_map, [C706] 2.3.3).
func (p *Prober) dynamicPort(ctx context.Context, dial Dialer, a netip.Addr) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	c, done, err := open(ctx, dial, "tcp", join(a, portMapper))
	if err != nil {
		return 0, err
	}
	defer done()
	if _, err := callRPC(c, 11, bindBody()); err != nil {
		return 0, err
	}
	answer, err := callRPC(c, 0, mapBody())
	if err != nil {
		return 0, err
	}
	return portIn(answer)
}

// callRPC sends one connection-oriented PDU and reads the answer's body ([C706]
// 12.6).
func callRPC(c io.ReadWriter, kind byte, body []byte) ([]byte, error) {
	b := []byte{5, 0, kind, 0x03, 0x10, 0, 0, 0}
	b = binary.LittleEndian.AppendUint16(b, uint16(16+len(body)))
	b = append(b, 0, 0, 1, 0, 0, 0)
	if _, err := c.Write(append(b, body...)); err != nil {
		return nil, err
	}
	head := make([]byte, 16)
	if _, err := io.ReadFull(c, head); err != nil {
		return nil, err
	}
	size := int(binary.LittleEndian.Uint16(head[8:]))
	if size < 16 || head[2] != kind+1 && head[2] != kind+2 {
		return nil, errNoEndpoint
	}
	answer := make([]byte, size-16)
	_, err := io.ReadFull(c, answer)
	return answer, err
}

// bindBody binds the mapper's interface with NDR.
func bindBody() []byte {
	b := []byte{0xb8, 0x10, 0xb8, 0x10, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0}
	b = append(b, mapperInterface...)
	return append(append(b, ndr...), 2, 0, 0, 0)
}

// mapBody asks for the TCP endpoint of NETLOGON: a tower of five floors, of
// which the port and the address are left empty.
func mapBody() []byte {
	le := binary.LittleEndian
	floor := func(b, left, right []byte) []byte {
		b = append(le.AppendUint16(b, uint16(len(left))), left...)
		return append(le.AppendUint16(b, uint16(len(right))), right...)
	}
	tower := le.AppendUint16(nil, 5)
	tower = floor(tower, append([]byte{0x0d}, netlogonInterface...), []byte{0, 0})
	tower = floor(tower, append(append([]byte{0x0d}, ndr...), 2, 0), []byte{0, 0})
	tower = floor(tower, []byte{0x0b}, []byte{0, 0})
	tower = floor(tower, []byte{0x07}, []byte{0, 0})
	tower = floor(tower, []byte{0x09}, []byte{0, 0, 0, 0})

	stub := le.AppendUint32(nil, 0) // no object
	stub = le.AppendUint32(stub, 0x00020000)
	stub = le.AppendUint32(stub, uint32(len(tower)))
	stub = le.AppendUint32(stub, uint32(len(tower)))
	stub = append(stub, tower...)
	for len(stub)%4 != 0 {
		stub = append(stub, 0)
	}
	stub = append(stub, make([]byte, 20)...) // no context handle
	stub = le.AppendUint32(stub, 4)          // towers wanted

	b := le.AppendUint32(nil, uint32(len(stub)))
	return append(append(b, 0, 0, 3, 0), stub...) // context 0, operation 3
}

// portIn finds the TCP floor in the answer's first tower: protocol 0x07 with
// two bytes of port in network order.
func portIn(answer []byte) (int, error) {
	tcp := []byte{1, 0, 0x07, 2, 0}
	for i := 0; i+len(tcp)+2 <= len(answer); i++ {
		if string(answer[i:i+len(tcp)]) == string(tcp) {
			if port := int(binary.BigEndian.Uint16(answer[i+len(tcp):])); port != 0 {
				return port, nil
			}
		}
	}
	return 0, errNoEndpoint
}
