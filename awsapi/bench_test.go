package awsapi

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/secret"
)

// BenchmarkDescribeTrusts is what the wire itself costs: signature, decoding,
// constraints, encoding of 100 trusts, log line.
func BenchmarkDescribeTrusts(b *testing.B) {
	out := &trustsOut{}
	for i := range 100 {
		now := time.Now()
		out.Trusts = append(out.Trusts, types.Trust{TrustId: aws.String(fmt.Sprintf("t-%010x", i)), DirectoryId: aws.String("d-0123456789"),
			RemoteDomainName: aws.String("corp.example.com"), TrustState: types.TrustStateVerified, TrustDirection: types.TrustDirectionTwoWay,
			TrustType: types.TrustTypeForest, SelectiveAuth: types.SelectiveAuthDisabled, CreatedDateTime: &now, LastUpdatedDateTime: &now, StateLastUpdatedDateTime: &now})
	}
	ops := replaced(with("DescribeTrusts", func(audit.Caller, *trustsIn) (*trustsOut, error) { return out, nil }))
	h, err := newHandler(Config{
		Keys: func(id string) (access.Key, secret.Text, bool) {
			return access.Key{ID: id}, secret.New(testSecret), true
		},
		Log: slog.New(slog.DiscardHandler),
	}, ops)
	if err != nil {
		b.Fatal(err)
	}
	const body = `{"DirectoryId":"d-0123456789"}`
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Type", jsonType)
	r.Header.Set("X-Amz-Target", trusts)
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(b.Context(), aws.Credentials{AccessKeyID: writerID, SecretAccessKey: testSecret}, r, hex.EncodeToString(sum[:]), "ds", region, time.Now()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		q := r.Clone(b.Context())
		q.Body = io.NopCloser(strings.NewReader(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, q)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body.String())
		}
	}
}
