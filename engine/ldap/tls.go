package ldap

import (
	"context"
	"crypto"
	"crypto/md5" //nolint:gosec // RFC 4121 4.1.1.2 asks for it
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
)

// tlsPort is that of LDAP inside TLS.
const tlsPort = 636

// encrypt starts TLS on a connection to s, whose certificate must be for its
// name and from one of its authorities. bindings tie a logon to this very
// connection, as domain controllers may ask for (RFC 5929 4.1).
func encrypt(ctx context.Context, s Server, socket net.Conn) (conn *tls.Conn, bindings []byte, err error) {
	conn = tls.Client(socket, &tls.Config{RootCAs: s.Authorities, ServerName: s.Host, MinVersion: tls.VersionTLS12})
	if err := conn.HandshakeContext(ctx); err != nil {
		var wrong *tls.CertificateVerificationError
		if errors.As(err, &wrong) {
			return nil, nil, fmt.Errorf("its certificate is not accepted, since client-side LDAPS is enabled and no registered certificate authority stands for it: %w", wrong.Err)
		}
		return nil, nil, fmt.Errorf("it does not speak TLS, which client-side LDAPS asks for: %w", err)
	}
	return conn, channelBindings(conn.ConnectionState().PeerCertificates[0]), nil
}

// channelBindings is the digest of "tls-server-end-point" (RFC 5929 4.1) as a
// Kerberos logon carries it (RFC 4121 4.1.1.2).
func channelBindings(server *x509.Certificate) []byte {
	hash := crypto.SHA256 // also where the signature's own is weaker
	switch server.SignatureAlgorithm {
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		hash = crypto.SHA384
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		hash = crypto.SHA512
	default:
	}
	h := hash.New()
	h.Write(server.Raw)
	data := append([]byte("tls-server-end-point:"), h.Sum(nil)...)
	fields := make([]byte, 16) // no addresses
	fields = binary.LittleEndian.AppendUint32(fields, uint32(len(data)))
	sum := md5.Sum(append(fields, data...)) //nolint:gosec // see above
	return sum[:]
}

// encrypted is encrypt for a caller that wants any connection.
func encrypted(ctx context.Context, s Server, socket net.Conn) (net.Conn, []byte, error) {
	conn, bindings, err := encrypt(ctx, s, socket)
	if err != nil {
		return nil, nil, err // not conn: a nil *tls.Conn in a net.Conn is not nil
	}
	return conn, bindings, nil
}
