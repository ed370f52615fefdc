package ldap

import (
	"encoding/binary"
	"errors"
	"net"
	"sync"
)

// Sizes of the security layer, in bytes.
const (
	maxReceive = 0xffffff // the most that RFC 4752 lets us offer
	maxPlain   = 60 << 10 // what we put in one message; every server takes 64 KiB
)

// layer is a connection that seals what passes through it from the moment on
// at which the logon is over (RFC 4422 3.7).
type layer struct {
	net.Conn
	write sync.Mutex

	mu      sync.Mutex // guards gss; the reader may wait while it is set
	gss     *security  // nil means not sealed yet
	maxSend int        // of one protected message

	// Only Read touches these.
	raw   []byte // received, not a whole message yet
	plain []byte // opened, not handed on yet
	buf   []byte
}

func newLayer(c net.Conn) *layer { return &layer{Conn: c, buf: make([]byte, 64<<10)} }

// seal begins the protection. The peer sends nothing between its last word in
// clear and our first protected message, so a Read that waits is in time.
func (l *layer) seal(c *security, maxSend int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gss, l.maxSend = c, maxSend
}

func (l *layer) sealed() (*security, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gss, l.maxSend
}

func (l *layer) Read(p []byte) (int, error) {
	for len(l.plain) == 0 {
		n, err := l.Conn.Read(l.buf)
		if n > 0 {
			if opened := l.took(l.buf[:n]); opened != nil {
				return 0, opened
			}
		}
		if err != nil && len(l.plain) == 0 {
			return 0, err
		}
	}
	n := copy(p, l.plain)
	l.plain = l.plain[n:]
	return n, nil
}

// took adds what was received, and opens all messages that are whole.
func (l *layer) took(b []byte) error {
	gss, _ := l.sealed()
	if gss == nil {
		l.plain = append(l.plain, b...)
		return nil
	}
	l.raw = append(l.raw, b...)
	for len(l.raw) >= 4 {
		size := int(binary.BigEndian.Uint32(l.raw))
		if size > maxReceive {
			return errBadToken
		}
		if len(l.raw) < 4+size {
			return nil
		}
		message, confidential, err := gss.unwrap(l.raw[4 : 4+size])
		if err != nil {
			return err
		}
		if !confidential {
			return errors.New("the controller answers unencrypted")
		}
		l.plain = append(l.plain, message...)
		l.raw = l.raw[4+size:]
	}
	return nil
}

func (l *layer) Write(p []byte) (int, error) {
	l.write.Lock()
	defer l.write.Unlock()
	gss, room := l.sealed()
	if gss == nil {
		return l.Conn.Write(p)
	}
	for done := 0; done < len(p); {
		part := p[done:min(done+min(maxPlain, room), len(p))]
		token, err := gss.wrap(part, true)
		if err != nil {
			return done, err
		}
		if _, err := l.Conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(token))), token...)); err != nil {
			return done, err
		}
		done += len(part)
	}
	return len(p), nil
}
