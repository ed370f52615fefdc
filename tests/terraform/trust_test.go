package terraform

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
)

// trustResource is aws_directory_service_trust.
type trustResource struct {
	id string

	directory, remote, direction, kind, password string
	selective                                    string // "" leaves it out
	forwarders                                   []string
	deleteForwarder                              bool
}

func (r *trustResource) configured() attributes {
	a := attributes{
		"directory_id": r.directory, "remote_domain_name": r.remote, "trust_direction": r.direction,
		"conditional_forwarder_ip_addrs": sorted(r.forwarders), "selective_auth": "Disabled", "trust_type": "Forest",
	}
	if r.selective != "" {
		a["selective_auth"] = r.selective
	}
	if r.kind != "" {
		a["trust_type"] = r.kind
	}
	return a
}

func (r *trustResource) create(p provider) {
	out, err := p.ds.CreateTrust(p.Context(), &directoryservice.CreateTrustInput{
		DirectoryId: aws.String(r.directory), RemoteDomainName: aws.String(r.remote), TrustPassword: aws.String(r.password),
		TrustDirection: types.TrustDirection(r.direction), TrustType: types.TrustType(r.kind), SelectiveAuth: types.SelectiveAuth(r.selective),
		ConditionalForwarderIpAddrs: r.forwarders,
	})
	p.must(err)
	r.id = str(out.TrustId)
	if r.direction == string(types.TrustDirectionOneWayIncoming) {
		waitFor(p, "creating the trust with "+r.remote, []string{"Creating"}, []string{"Created"}, r.state(p))
		return
	}
	waitFor(p, "creating the trust with "+r.remote, []string{"Creating", "Created", "Verifying"}, []string{"Verified", "VerifyFailed"}, r.state(p))
}

func (r *trustResource) state(p provider) state {
	return func(ctx context.Context) (string, string, error) {
		t, err := r.describe(ctx, p)
		if err != nil || t == nil {
			return gone, "", err
		}
		return string(t.TrustState), str(t.TrustStateReason), nil
	}
}

func (r *trustResource) describe(ctx context.Context, p provider) (*types.Trust, error) {
	out, err := p.ds.DescribeTrusts(ctx, &directoryservice.DescribeTrustsInput{DirectoryId: aws.String(r.directory), TrustIds: []string{r.id}})
	if is(err, "EntityDoesNotExistException") {
		return nil, nil
	}
	if err != nil || len(out.Trusts) == 0 {
		return nil, err
	}
	return &out.Trusts[0], nil
}

func (r *trustResource) read(p provider) (attributes, bool) {
	t, err := r.describe(p.Context(), p)
	p.must(err)
	if t == nil {
		return nil, false
	}
	if t.CreatedDateTime == nil || t.LastUpdatedDateTime == nil || t.StateLastUpdatedDateTime == nil {
		p.Errorf("trust %s lacks a time: %+v", r.id, t)
	}
	return attributes{
		"directory_id": str(t.DirectoryId), "remote_domain_name": str(t.RemoteDomainName), "trust_direction": string(t.TrustDirection),
		"trust_type": string(t.TrustType), "selective_auth": string(t.SelectiveAuth), "trust_state": string(t.TrustState),
		"trust_state_reason":             str(t.TrustStateReason),
		"conditional_forwarder_ip_addrs": sorted(forwarder(p, str(t.DirectoryId), str(t.RemoteDomainName)).DnsIpAddrs),
	}, true
}

// update changes what the provider changes in place.
func (r *trustResource) update(p provider, selective string, forwarders []string) {
	if selective != r.selective {
		r.selective = selective
		out, err := p.ds.UpdateTrust(p.Context(), &directoryservice.UpdateTrustInput{TrustId: aws.String(r.id), SelectiveAuth: types.SelectiveAuth(selective)})
		p.must(err)
		if str(out.RequestId) == "" || str(out.TrustId) != r.id {
			p.Errorf("UpdateTrust answers %+v", out)
		}
		waitFor(p, "updating the trust with "+r.remote, []string{"Updating", "Updated", "Verifying"}, []string{"Verified", "VerifyFailed"}, r.state(p))
	}
	if forwarders != nil {
		r.forwarders = forwarders
		_, err := p.ds.UpdateConditionalForwarder(p.Context(), &directoryservice.UpdateConditionalForwarderInput{
			DirectoryId: aws.String(r.directory), RemoteDomainName: aws.String(r.remote), DnsIpAddrs: forwarders,
		})
		p.must(err)
	}
}

func (r *trustResource) delete(p provider) {
	_, err := p.ds.DeleteTrust(p.Context(), &directoryservice.DeleteTrustInput{TrustId: aws.String(r.id), DeleteAssociatedConditionalForwarder: r.deleteForwarder})
	p.must(err)
	waitFor(p, "deleting the trust with "+r.remote, []string{"Created", "Deleting", "Deleted"}, []string{gone}, r.state(p))
}

// importTrust is `terraform import … <directory id>/<domain>`.
func importTrust(p provider, directory, domain string) *trustResource {
	p.Helper()
	out, err := p.ds.DescribeTrusts(p.Context(), &directoryservice.DescribeTrustsInput{DirectoryId: aws.String(directory)})
	p.must(err)
	for _, t := range out.Trusts {
		if str(t.RemoteDomainName) == domain {
			return &trustResource{id: str(t.TrustId), directory: directory, remote: domain}
		}
	}
	p.Fatalf("import %s: no such trust", id(directory, domain))
	return nil
}

// forwarderResource is aws_directory_service_conditional_forwarder.
type forwarderResource struct {
	directory, remote string
	addresses         []string
}

func (r *forwarderResource) configured() attributes {
	return attributes{"directory_id": r.directory, "remote_domain_name": r.remote, "dns_ips": sorted(r.addresses)}
}

func (r *forwarderResource) create(p provider) {
	_, err := p.ds.CreateConditionalForwarder(p.Context(), &directoryservice.CreateConditionalForwarderInput{
		DirectoryId: aws.String(r.directory), RemoteDomainName: aws.String(r.remote), DnsIpAddrs: r.addresses,
	})
	p.must(err)
}

func (r *forwarderResource) read(p provider) (attributes, bool) {
	out, err := p.ds.DescribeConditionalForwarders(p.Context(), &directoryservice.DescribeConditionalForwardersInput{
		DirectoryId: aws.String(r.directory), RemoteDomainNames: []string{r.remote},
	})
	if is(err, "EntityDoesNotExistException") {
		return nil, false
	}
	p.must(err)
	if len(out.ConditionalForwarders) == 0 {
		return nil, false
	}
	f := out.ConditionalForwarders[0]
	return attributes{"directory_id": r.directory, "remote_domain_name": str(f.RemoteDomainName), "dns_ips": sorted(f.DnsIpAddrs)}, true
}

func (r *forwarderResource) update(p provider, addresses []string) {
	r.addresses = addresses
	_, err := p.ds.UpdateConditionalForwarder(p.Context(), &directoryservice.UpdateConditionalForwarderInput{
		DirectoryId: aws.String(r.directory), RemoteDomainName: aws.String(r.remote), DnsIpAddrs: addresses,
	})
	p.must(err)
}

func (r *forwarderResource) delete(p provider) {
	_, err := p.ds.DeleteConditionalForwarder(p.Context(), &directoryservice.DeleteConditionalForwarderInput{
		DirectoryId: aws.String(r.directory), RemoteDomainName: aws.String(r.remote),
	})
	p.must(err)
}

func forwarder(p provider, directory, domain string) types.ConditionalForwarder {
	p.Helper()
	out, err := p.ds.DescribeConditionalForwarders(p.Context(), &directoryservice.DescribeConditionalForwardersInput{
		DirectoryId: aws.String(directory), RemoteDomainNames: []string{domain},
	})
	p.must(err)
	if len(out.ConditionalForwarders) != 1 {
		p.Fatalf("%d conditional forwarders for %s", len(out.ConditionalForwarders), domain)
	}
	return out.ConditionalForwarders[0]
}
