package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	dataschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// connectionModel is the content of cluster_connection: how a cluster's own API is reached.
type connectionModel struct {
	Endpoint       types.String `tfsdk:"endpoint"`
	ProxyURL       types.String `tfsdk:"proxy_url"`
	KubeconfigPath types.String `tfsdk:"kubeconfig_path"`
}

const (
	connectionText    = "How the cluster's own API is reached. " + connectionDefault
	connectionDefault = "Not set: the public endpoint if the cluster has one, else the private one."
	endpointText      = "`auto` (default): the public endpoint where the cluster has one, else the private one, and never the other after one has failed; `private`, inside of the VPC; `public`."
	proxyText         = "HTTP, HTTPS or SOCKS5 proxy for the calls to the cluster, e.g. `http://bastion.example.com:3128`; from the environment (`HTTPS_PROXY`, `NO_PROXY`) if not set. " +
		"A password in it is in the state, as every argument is; one of the environment is not."
	kubeconfigText = "Path of a kubeconfig of your own, whose current context is used, instead of a temporary one of Container Service. `endpoint` means nothing with it. " +
		"Only the path is in the state."
)

func endpoints() []validator.String {
	return []validator.String{stringvalidator.OneOf(string(cluster.Auto), string(cluster.Private), string(cluster.Public))}
}

// connectionAttribute is the argument of a resource.
func connectionAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional: true, MarkdownDescription: connectionText + " An import has no arguments yet, so it goes this way.",
		Attributes: map[string]schema.Attribute{
			"endpoint":        schema.StringAttribute{Optional: true, MarkdownDescription: endpointText, Validators: endpoints()},
			"proxy_url":       schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: proxyText, Validators: []validator.String{proxyValidator{}}},
			"kubeconfig_path": schema.StringAttribute{Optional: true, MarkdownDescription: kubeconfigText, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
		},
	}
}

// networkModel is cluster_connection of a data source over many clusters, which no one kubeconfig opens.
type networkModel struct {
	Endpoint types.String `tfsdk:"endpoint"`
	ProxyURL types.String `tfsdk:"proxy_url"`
}

func networkAttributes() map[string]dataschema.Attribute {
	return map[string]dataschema.Attribute{
		"endpoint":  dataschema.StringAttribute{Optional: true, MarkdownDescription: endpointText, Validators: endpoints()},
		"proxy_url": dataschema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: proxyText, Validators: []validator.String{proxyValidator{}}},
	}
}

func networkOptions(ctx context.Context, connection types.Object, data *providerdata.Data, diags *diag.Diagnostics) cluster.Options {
	var m networkModel
	if !connection.IsNull() {
		diags.Append(connection.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	}
	return connectionModel{Endpoint: m.Endpoint, ProxyURL: m.ProxyURL}.options(data)
}

type proxyValidator struct{}

// Description implements validator.String.
func (proxyValidator) Description(context.Context) string {
	return "must be the URL of an HTTP, HTTPS or SOCKS5 proxy"
}

// MarkdownDescription implements validator.String.
func (v proxyValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String. The value may hold a password, so no message quotes it.
func (proxyValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := (cluster.Options{ProxyURL: req.ConfigValue.ValueString()}).Check(); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid proxy", diagnostic.UpperFirst(err.Error())+".")
	}
}

// options are the connection as the client takes it, for an operation that may take so long.
func options(ctx context.Context, connection types.Object, data *providerdata.Data, timeout time.Duration, diags *diag.Diagnostics) cluster.Options {
	var m connectionModel
	if !connection.IsNull() && !connection.IsUnknown() {
		diags.Append(connection.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	}
	o := m.options(data)
	o.Lifetime = cluster.LifetimeFor(timeout)
	return o
}

func (m connectionModel) options(data *providerdata.Data) cluster.Options {
	return cluster.Options{
		Endpoint: cluster.Endpoint(m.Endpoint.ValueString()), ProxyURL: m.ProxyURL.ValueString(), KubeconfigPath: m.KubeconfigPath.ValueString(),
		Wait: data.Fleet.Clock().Sleep,
	}
}

// failed is a diagnostic for a failed call to Container Service or to a cluster, or for what did not come in time. Errors of
// Container Service say where the cluster is; for the others where says it.
func failed(doing, where string, err error) diag.Diagnostic {
	kind := cluster.KindOf(err)
	switch {
	case alicloud.KindOf(err) != "":
		return diagnostic.Error(doing, err)
	case kind == "" || kind == cluster.Stopped && errors.Is(err, context.Canceled):
		d := diagnostic.Error(doing, err)
		return diag.NewErrorDiagnostic(d.Summary(), d.Detail()+"\n\nWhere: "+where+".")
	}
	detail := fmt.Sprintf("%s.\n\nWhere: %s.", err, where)
	if advice := cluster.Advice(err); advice != "" {
		detail += "\n\nWhat to do: " + advice + "."
	}
	return diag.NewErrorDiagnostic(fmt.Sprintf("%s: %s", doing, kind), detail)
}

// unreachable reports whether no API server answered: nothing is known of the cluster's objects.
func unreachable(err error) bool {
	return cluster.Is(err, cluster.Unreachable) || cluster.Is(err, cluster.NoEndpoint)
}

// outcome is that of a cluster, for data sources that work over many. What is to be done in a cluster names it: outcomes that
// are the same are shown as one.
func outcome(c inventory.Cluster, err error) fleet.Outcome {
	kind, advice := string(cluster.KindOf(err)), cluster.Advice(err)
	var refused *inspector.RefusedError
	var ambiguous *ambiguousError
	switch {
	case alicloud.KindOf(err) != "":
		return fleet.OutcomeOf(c.Scope, err)
	case errors.As(err, &refused):
		kind, advice = string(refused.Reason), refusalAdvice[refused.Reason]
	case errors.As(err, &ambiguous):
		kind, advice = "objects found twice", "delete the one that the component does not use"
	}
	if cluster.KindOf(err) == "" {
		err = &clusterError{c.ClusterID, err}
	}
	o := fleet.OutcomeOf(c.Scope, err)
	o.ErrorCode, o.ActionNeeded = kind, "in cluster "+c.ClusterID+", "+cmp.Or(advice, "look at what the error says")
	if cluster.Is(err, cluster.Forbidden) {
		o.Status = fleet.Denied
	}
	return o
}

// issuer hands out kubeconfigs; what a cluster's detail says is shared with what else reads it in this run.
type issuer struct {
	*cs.Client
	data  *providerdata.Data
	scope fleet.Scope
}

// ClusterDetail implements cluster.Issuer.
func (i issuer) ClusterDetail(ctx context.Context, clusterID string) (cs.Cluster, error) {
	return i.data.Observed.ClusterDetail(ctx, i.scope, clusterID)
}
