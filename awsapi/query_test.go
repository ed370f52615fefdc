package awsapi

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
)

const formType = "application/x-www-form-urlencoded; charset=utf-8"

func (w *world) form(serviceName, body string) answer {
	w.t.Helper()
	return w.send(raw{contentType: formType, service: serviceName, body: body})
}

func TestGetCallerIdentityWithTheSDK(t *testing.T) {
	w := newWorld(t)
	client := sts.New(sts.Options{Region: region, BaseEndpoint: &w.server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(writerID, testSecret, "")})
	out, err := client.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if *out.Account != "123456789012" || *out.Arn != "arn:aws:iam::123456789012:user/"+writerID || *out.UserId == "" {
		t.Errorf("got %s %s %s", *out.Account, *out.Arn, *out.UserId)
	}
}

func TestQueryErrors(t *testing.T) {
	w := newWorld(t)
	const identity, vpcs = "Action=GetCallerIdentity&Version=2011-06-15", "Action=DescribeVpcs&Version=2016-11-15"
	unsigned := func(r *http.Request) { r.Header.Del("Authorization") }
	tests := []struct {
		name   string
		req    raw
		status int
		code   string
	}{
		{"sts: no Authorization", raw{service: "sts", body: identity, after: unsigned}, 403, "MissingAuthenticationToken"},
		{"sts: unknown key", raw{service: "sts", body: identity, key: "AKIANOBODY"}, 403, "InvalidClientTokenId"},
		{"sts: wrong secret", raw{service: "sts", body: identity, secret: "x"}, 403, "SignatureDoesNotMatch"},
		{"sts: too old", raw{service: "sts", body: identity, at: time.Now().Add(-time.Hour)}, 403, "SignatureDoesNotMatch"},
		{"sts: malformed", raw{service: "sts", body: identity, after: func(r *http.Request) { r.Header.Set("Authorization", "x") }}, 400, "IncompleteSignature"},
		{"sts: other action", raw{service: "sts", body: "Action=AssumeRole&Version=2011-06-15"}, 400, "InvalidAction"},
		{"sts: other version", raw{service: "sts", body: "Action=GetCallerIdentity"}, 400, "InvalidAction"},
		{"ec2: no Authorization", raw{service: "ec2", body: vpcs, after: unsigned}, 401, "AuthFailure"},
		{"ec2: unknown key", raw{service: "ec2", body: vpcs, key: "AKIANOBODY"}, 401, "AuthFailure"},
		{"ec2: wrong secret", raw{service: "ec2", body: vpcs, secret: "x"}, 403, "SignatureDoesNotMatch"},
		{"ec2: too old", raw{service: "ec2", body: vpcs, at: time.Now().Add(-time.Hour)}, 400, "RequestExpired"},
		{"ec2: signed for ds", raw{service: "ds", body: vpcs}, 403, "SignatureDoesNotMatch"},
		{"ec2: unknown action", raw{service: "ec2", body: "Action=MakeCoffee"}, 400, "InvalidAction"},
		{"ec2: action not offered", raw{service: "ec2", body: "Action=RunInstances"}, 400, "UnsupportedOperation"},
		{"ec2: read-only key", raw{service: "ec2", body: "Action=CreateVpc", key: readerID}, 403, "UnauthorizedOperation"},
		{"ec2: no action", raw{service: "ec2", body: "Version=2016-11-15"}, 400, "MissingAction"},
		{"ec2: empty", raw{service: "ec2"}, 400, "MissingAction"},
		{"ec2: parameter twice", raw{service: "ec2", body: vpcs + "&VpcId.1=a&VpcId.1=b"}, 400, "MalformedQueryString"},
		{"ec2: not a form", raw{service: "ec2", body: "Action=%zz"}, 400, "MalformedQueryString"},
		{"ec2: invalid UTF-8", raw{service: "ec2", body: vpcs + "&VpcId.1=%ff"}, 400, "MalformedQueryString"},
		{"ec2: too many parameters", raw{service: "ec2", body: vpcs + strings.Repeat("&a", maxParameters)}, 400, "MalformedQueryString"},
		{"ec2: unknown parameter", raw{service: "ec2", body: vpcs + "&Colour=red"}, 400, "UnknownParameter"},
		{"ec2: not a number", raw{service: "ec2", body: vpcs + "&MaxResults=many"}, 400, "InvalidParameterValue"},
		{"ec2: dry run", raw{service: "ec2", body: vpcs + "&DryRun=true"}, 412, "DryRunOperation"},
		{"ec2: too large", raw{service: "ec2", body: vpcs + "&a=" + strings.Repeat("a", maxBody)}, 413, "RequestEntityTooLarge"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.req.contentType = formType
			a := w.send(tt.req)
			var code, id string
			if tt.req.service == "sts" {
				var e stsError
				if err := xml.Unmarshal([]byte(a.body), &e); err != nil {
					t.Fatalf("%v in %s", err, a.body)
				}
				code, id = e.Code, e.RequestID
			} else {
				var e ec2Error
				if err := xml.Unmarshal([]byte(a.body), &e); err != nil {
					t.Fatalf("%v in %s", err, a.body)
				}
				code, id = e.Code, e.RequestID
			}
			if a.status != tt.status || code != tt.code || id != a.header.Get("x-amzn-RequestId") {
				t.Errorf("got %d %s", a.status, a.body)
			}
		})
	}
}

func TestDescribeVpcsOnTheWire(t *testing.T) {
	var got service.DescribeVpcsInput
	token := "next & <on>"
	w := newWorld(t,
		with("DescribeVpcs", func(_ audit.Caller, in *service.DescribeVpcsInput) (*service.DescribeVpcsOutput, error) {
			got = *in
			if len(in.VpcIds) == 1 {
				return nil, &errs.Error{Kind: errs.NotFound, Code: "InvalidVpcID.NotFound", Message: "The vpc ID '" + in.VpcIds[0] + "' does not exist"}
			}
			return &service.DescribeVpcsOutput{NextToken: &token, Vpcs: []service.EC2Vpc{{VpcId: "vpc-1", IsDefault: true, Tags: []service.EC2Tag{{Key: "a", Value: new("<b>")}, {Key: "empty", Value: new("")}}}}}, nil
		}),
	)
	a := w.form("ec2", url.Values{"Action": {"DescribeVpcs"}, "Version": {"2016-11-15"}, "MaxResults": {"7"},
		"VpcId.1": {"vpc-1"}, "VpcId.2": {"vpc-2"}, "VpcId.10": {"vpc-10"}, "Filter.1.Name": {"state"}, "Filter.1.Value.1": {"available"},
		"Filter.2.Name": {"is-default"}, "Filter.2.Value.1": {"true"}, "Filter.2.Value.2": {"false"}}.Encode())
	seven := int32(7)
	want := service.DescribeVpcsInput{VpcIds: []string{"vpc-1", "vpc-2", "vpc-10"}, MaxResults: &seven, Filters: []service.EC2Filter{
		{Name: "state", Values: []string{"available"}}, {Name: "is-default", Values: []string{"true", "false"}}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	xmlWant := xmlProlog + `<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>` + a.header.Get("x-amzn-RequestId") +
		`</requestId><vpcSet><item><vpcId>vpc-1</vpcId><cidrBlockAssociationSet></cidrBlockAssociationSet><ipv6CidrBlockAssociationSet></ipv6CidrBlockAssociationSet>` +
		`<isDefault>true</isDefault><tagSet><item><key>a</key><value>&lt;b&gt;</value></item><item><key>empty</key><value></value></item></tagSet></item></vpcSet>` +
		`<nextToken>next &amp; &lt;on&gt;</nextToken></DescribeVpcsResponse>`
	if a.status != 200 || a.body != xmlWant {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a := w.form("ec2", "Action=DescribeVpcs&VpcId.1=vpc-0"); a.status != 400 || !strings.Contains(a.body, "<Code>InvalidVpcID.NotFound</Code>") {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func FuzzForm(f *testing.F) {
	for _, s := range []string{"", "Action=DescribeVpcs", "Action=DescribeVpcs&VpcId.1=a&VpcId.2=b&Filter.1.Name=x&Filter.1.Value.1=y", "Filter.1.Value.99999=x",
		"MaxResults=1&MaxResults=2", "%zz", "a=%ff", "VpcId.0=x&VpcId.-1=y", "Filter.1.Name.x=1", "DryRun=maybe", "&&&=&"} {
		f.Add(s)
	}
	p := &plans{}
	f.Fuzz(func(t *testing.T, body string) {
		values, err := parseForm([]byte(body))
		if err != nil {
			return
		}
		for _, in := range []any{&service.DescribeVpcsInput{}, &service.DescribeSubnetsInput{}, &service.DescribeAvailabilityZonesInput{}} {
			if err := p.decodeForm(values, reflect.ValueOf(in).Elem()); err != nil {
				if failureOf(err).status != 400 {
					t.Fatalf("%q: %v", body, err)
				}
				continue
			}
			out := append(p.encodeXML([]byte("<x>"), reflect.ValueOf(in).Elem()), "</x>"...)
			if err := xml.Unmarshal(out, new(struct{})); err != nil {
				t.Fatalf("%q became %s: %v", body, out, err)
			}
		}
	})
}
