package terraform

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/tests/harness"
)

// directoryResource is aws_directory_service_directory of type MicrosoftAD.
type directoryResource struct {
	id string

	name, edition, alias, description string
	vpc                               string
	subnets                           []string
	tags                              map[string]string
	count                             int32 // desired_number_of_domain_controllers; 0 leaves it out
}

func (r *directoryResource) configured() attributes {
	a := attributes{
		"name": r.name, "edition": r.edition, "type": "MicrosoftAD", "tags": r.tags,
		"vpc_id": r.vpc, "subnet_ids": sorted(r.subnets), "description": r.description,
	}
	if r.alias != "" {
		a["alias"], a["access_url"] = r.alias, r.alias+".awsapps.com"
	}
	if r.count != 0 {
		a["desired_number_of_domain_controllers"] = r.count
	}
	return a
}

func (r *directoryResource) create(p provider) {
	r.begin(p)
	r.wait(p)
}

// begin is the first call of create: Terraform makes resources that do not
// depend on each other at the same time.
func (r *directoryResource) begin(p provider) {
	in := &directoryservice.CreateMicrosoftADInput{
		Name: aws.String(r.name), Password: aws.String(harness.AdminPassword), Edition: types.DirectoryEdition(r.edition),
		VpcSettings: &types.DirectoryVpcSettings{VpcId: aws.String(r.vpc), SubnetIds: r.subnets}, Tags: tagList(r.tags),
	}
	if r.description != "" {
		in.Description = aws.String(r.description)
	}
	out, err := p.ds.CreateMicrosoftAD(p.Context(), in)
	p.must(err)
	r.id = str(out.DirectoryId)
}

func (r *directoryResource) wait(p provider) {
	waitFor(p, "creating "+r.name, []string{"Requested", "Creating", "Created"}, []string{"Active"}, r.stage(p))
	if r.alias != "" {
		_, err := p.ds.CreateAlias(p.Context(), &directoryservice.CreateAliasInput{DirectoryId: aws.String(r.id), Alias: aws.String(r.alias)})
		p.must(err)
	}
}

func (r *directoryResource) stage(p provider) state {
	return func(ctx context.Context) (string, string, error) {
		d, err := r.describe(ctx, p)
		switch {
		case is(err, "EntityDoesNotExistException"), err == nil && (d == nil || d.Stage == types.DirectoryStageDeleted):
			return gone, "", nil
		case err != nil:
			return "", "", err
		}
		return string(d.Stage), str(d.StageReason), nil
	}
}

func (r *directoryResource) describe(ctx context.Context, p provider) (*types.DirectoryDescription, error) {
	out, err := p.ds.DescribeDirectories(ctx, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{r.id}})
	if err != nil || len(out.DirectoryDescriptions) == 0 {
		return nil, err
	}
	return &out.DirectoryDescriptions[0], nil
}

func (r *directoryResource) read(p provider) (attributes, bool) {
	d, err := r.describe(p.Context(), p)
	if is(err, "EntityDoesNotExistException") {
		return nil, false
	}
	p.must(err)
	if str(d.VpcSettings.SecurityGroupId) == "" || len(d.VpcSettings.AvailabilityZones) != 2 || len(d.DnsIpAddrs) < 2 {
		p.Errorf("%s: security_group_id, availability_zones or dns_ip_addresses is not set: %+v", r.name, d.VpcSettings)
	}
	return attributes{
		"name": str(d.Name), "edition": string(d.Edition), "type": string(d.Type), "alias": str(d.Alias), "access_url": str(d.AccessUrl),
		"description": str(d.Description), "vpc_id": str(d.VpcSettings.VpcId), "subnet_ids": sorted(d.VpcSettings.SubnetIds),
		"desired_number_of_domain_controllers": aws.ToInt32(d.DesiredNumberOfDomainControllers),
		"security_group_id":                    str(d.VpcSettings.SecurityGroupId), "tags": readTags(p, r.id),
		"dns_ip_addresses": sorted(d.DnsIpAddrs),
	}, true
}

// retag is the provider's update of tags: what is gone is removed, what is new
// or changed is added.
func (r *directoryResource) retag(p provider, tags map[string]string) {
	var keys []string
	for key := range r.tags {
		if _, kept := tags[key]; !kept {
			keys = append(keys, key)
		}
	}
	if len(keys) > 0 {
		_, err := p.ds.RemoveTagsFromResource(p.Context(), &directoryservice.RemoveTagsFromResourceInput{ResourceId: aws.String(r.id), TagKeys: keys})
		p.must(err)
	}
	_, err := p.ds.AddTagsToResource(p.Context(), &directoryservice.AddTagsToResourceInput{ResourceId: aws.String(r.id), Tags: tagList(tags)})
	p.must(err)
	r.tags = tags
}

func (r *directoryResource) delete(p provider) {
	for begin := time.Now(); ; time.Sleep(time.Second) {
		_, err := p.ds.DeleteDirectory(p.Context(), &directoryservice.DeleteDirectoryInput{DirectoryId: aws.String(r.id)})
		if is(err, "ClientException") && strings.Contains(err.Error(), "authorized applications") && time.Since(begin) < 2*time.Minute {
			continue
		}
		p.must(err)
		break
	}
	waitFor(p, "deleting "+r.name, []string{"Active", "Deleting"}, []string{gone}, r.stage(p))
}

func tagList(tags map[string]string) []types.Tag {
	var list []types.Tag
	for key, value := range tags {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(value)})
	}
	return list
}

func readTags(p provider, id string, options ...func(*directoryservice.Options)) map[string]string {
	p.Helper()
	out, err := p.ds.ListTagsForResource(p.Context(), &directoryservice.ListTagsForResourceInput{ResourceId: aws.String(id)}, options...)
	p.must(err)
	tags := map[string]string{}
	for _, tag := range out.Tags {
		tags[str(tag.Key)] = str(tag.Value)
	}
	return tags
}
