package lsa

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	rpcerrors "github.com/oiweiwei/go-msrpc/dcerpc/errors"
	smb2 "github.com/oiweiwei/go-smb2.fork"
)

// NTStatus is a status of LSARPC and SMB ([MS-ERREF] 2.3). It is an error
// value: errors.Is(err, lsa.StatusAccessDenied).
type NTStatus uint32

// The statuses that code here or above asks for by name.
const (
	StatusInvalidParameter    NTStatus = 0xC000000D
	StatusAccessDenied        NTStatus = 0xC0000022
	StatusObjectNameNotFound  NTStatus = 0xC0000034
	StatusObjectNameCollision NTStatus = 0xC0000035
	StatusLogonFailure        NTStatus = 0xC000006D
	StatusAccountRestriction  NTStatus = 0xC000006E
	StatusNotSupported        NTStatus = 0xC00000BB
	StatusInvalidDomainState  NTStatus = 0xC00000DD
	StatusInvalidDomainRole   NTStatus = 0xC00000DE
	StatusNoSuchDomain        NTStatus = 0xC00000DF
	StatusDomainExists        NTStatus = 0xC00000E0
	StatusNotFound            NTStatus = 0xC0000225
	StatusCurrentDomain       NTStatus = 0xC00002E9
	StatusNTLMBlocked         NTStatus = 0xC0000418
	StatusProcnumOutOfRange   NTStatus = 0xC002002E
	StatusMoreEntries         NTStatus = 0x00000105
	StatusNoMoreEntries       NTStatus = 0x8000001A
)

// Error gives the name and the number.
func (s NTStatus) Error() string {
	return nameOf(rowOfNT(s), "NTSTATUS", fmt.Sprintf("0x%08X", uint32(s)))
}

// Win32 is a status of NETLOGON ([MS-ERREF] 2.2). It is an error value.
type Win32 uint32

// The statuses that code here or above asks for by name.
const (
	ErrorAccessDenied           Win32 = 5
	ErrorNoLogonServers         Win32 = 1311
	ErrorAccountDisabled        Win32 = 1331
	ErrorCantAccessDomainInfo   Win32 = 1351
	ErrorInvalidDomainRole      Win32 = 1354
	ErrorNoSuchDomain           Win32 = 1355
	ErrorNoTrustLSASecret       Win32 = 1786
	ErrorNoTrustSAMAccount      Win32 = 1787
	ErrorTrustedDomainFailure   Win32 = 1788
	ErrorTrustedRelationFailure Win32 = 1789
	ErrorTrustFailure           Win32 = 1790
)

// Error gives the name and the number.
func (s Win32) Error() string {
	return nameOf(rowOfWin32(s), "Win32 status", fmt.Sprintf("%d", uint32(s)))
}

// KRBError is an error code of a KDC (RFC 4120 7.5.9). It is an error value.
type KRBError int32

// The codes that code here or above asks for by name.
const (
	KDCErrClientUnknown  KRBError = 6
	KDCErrServerUnknown  KRBError = 7
	KDCErrPolicy         KRBError = 12
	KDCErrEtypeNoSupp    KRBError = 14
	KDCErrPreauthFailed  KRBError = 24
	KRBErrBadIntegrity   KRBError = 31
	KRBErrTicketExpired  KRBError = 32
	KRBErrTicketNotValid KRBError = 33
	KRBErrNotUs          KRBError = 35
	KRBErrSkew           KRBError = 37
	KRBErrBadKeyVersion  KRBError = 44
)

// Error gives the name and the number.
func (s KRBError) Error() string {
	return nameOf(rowOfKRB(s), "Kerberos error", fmt.Sprintf("%d", int32(s)))
}

// nameOf writes a status as "STATUS_ACCESS_DENIED (0xC0000022)".
func nameOf(r *row, family, number string) string {
	if r == nil {
		return family + " " + number
	}
	return r.name + " (" + number + ")"
}

// faultProcnum is nca_s_op_rng_error: the server has no such operation.
const faultProcnum = 0x1C010002

// ntStatusOf finds an NTSTATUS in what go-msrpc and go-smb2 return for
// LSARPC calls and SMB requests.
func ntStatusOf(err error) (NTStatus, bool) {
	if s, ok := errors.AsType[NTStatus](err); ok {
		return s, true
	}
	if code, ok := returnCode(err); ok {
		return NTStatus(code), true
	}
	if e, ok := errors.AsType[*smb2.ResponseError](err); ok {
		return NTStatus(e.Code), true
	}
	if e, ok := errors.AsType[*rpcerrors.RPCError](err); ok {
		switch e.Code {
		case uint32(ErrorAccessDenied):
			return StatusAccessDenied, true
		case faultProcnum:
			return StatusProcnumOutOfRange, true
		}
		return NTStatus(e.Code), true
	}
	// go-smb2 hands a refused share on as fs.ErrPermission, without its status;
	// a socket's EACCES, which is one too, is something else.
	if _, local := errors.AsType[syscall.Errno](err); !local && errors.Is(err, fs.ErrPermission) {
		return StatusAccessDenied, true
	}
	return 0, false
}

// win32Of finds the Win32 status in what go-msrpc returns for NETLOGON calls.
func win32Of(err error) (Win32, bool) {
	if s, ok := errors.AsType[Win32](err); ok {
		return s, true
	}
	if code, ok := returnCode(err); ok {
		return Win32(code), true
	}
	return 0, false
}

// returnCode finds the return value of a remote procedure.
func returnCode(err error) (uint32, bool) {
	e, ok := errors.AsType[*rpcerrors.Error](err)
	if !ok {
		return 0, false
	}
	switch v := e.Value.(type) {
	case uint32:
		return v, true
	case int32:
		return uint32(v), true
	}
	return 0, false
}
