package inventory

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/resourcedirectory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type memberAccountsDataSource struct{ data *providerdata.Data }

var _ datasource.DataSourceWithConfigure = (*memberAccountsDataSource)(nil)

// NewMemberAccountsDataSource is the data source ackguard_member_accounts.
func NewMemberAccountsDataSource() datasource.DataSource { return &memberAccountsDataSource{} }

type memberAccountsModel struct {
	Statuses                 types.Set      `tfsdk:"statuses"`
	FolderID                 types.String   `tfsdk:"folder_id"`
	NameRegex                types.String   `tfsdk:"name_regex"`
	IncludeManagementAccount types.Bool     `tfsdk:"include_management_account"`
	ManagementAccountID      types.String   `tfsdk:"management_account_id"`
	IDs                      []string       `tfsdk:"ids"`
	Accounts                 []accountModel `tfsdk:"accounts"`
	LeftOut                  []leftOutModel `tfsdk:"left_out"`
}

type accountModel struct {
	AccountID   types.String      `tfsdk:"account_id"`
	DisplayName types.String      `tfsdk:"display_name"`
	FolderID    types.String      `tfsdk:"folder_id"`
	Status      types.String      `tfsdk:"status"`
	Type        types.String      `tfsdk:"type"`
	JoinMethod  types.String      `tfsdk:"join_method"`
	Management  types.Bool        `tfsdk:"management"`
	Tags        map[string]string `tfsdk:"tags"`
}

type leftOutModel struct {
	AccountID   types.String `tfsdk:"account_id"`
	DisplayName types.String `tfsdk:"display_name"`
	Status      types.String `tfsdk:"status"`
	Reason      types.String `tfsdk:"reason"`
}

// Metadata implements datasource.DataSource.
func (d *memberAccountsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_member_accounts"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *memberAccountsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// Schema implements datasource.DataSource.
func (d *memberAccountsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	resp.Schema = schema.Schema{
		MarkdownDescription: "The member accounts of the resource directory. The list is whole, or reading it is an error. " +
			"It needs the management account (or a delegated administrator) and `resourcemanager:ListAccounts`; without that, write the account IDs down: " +
			"everything else works with explicit `account_ids`.",
		Attributes: map[string]schema.Attribute{
			"statuses": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only accounts with these statuses. By default those that can be worked in: `CreateSuccess`, `InviteSuccess` and all `Promote…`, " +
					"and not being deleted; the others are in `left_out`, with a warning.",
				Validators: []validator.Set{setvalidator.NoNullValues()},
			},
			"folder_id": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Only accounts in this folder and the folders below it.",
			},
			"name_regex": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Only accounts whose display name matches this regular expression (RE2).",
				Validators: []validator.String{validate.Regex()},
			},
			"include_management_account": schema.BoolAttribute{
				Optional: true, MarkdownDescription: "Add the management account, which is no member, unless `folder_id` is set; false by default. `statuses` and `name_regex` do not apply to it.",
			},
			"management_account_id": text("The directory's management account."),
			"ids": schema.ListAttribute{
				Computed: true, ElementType: types.StringType, MarkdownDescription: "IDs of `accounts`, sorted.",
			},
			"accounts": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The accounts, by ID.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"account_id":   text("Account ID."),
					"display_name": text("Display name."),
					"folder_id":    text("Folder that holds the account."),
					"status":       text("Status, as the resource directory has it; null for the management account."),
					"type":         text("`ResourceAccount` or `CloudAccount`."),
					"join_method":  text("`created` or `invited`. Invited accounts do not have the default role."),
					"management":   schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it is the management account."},
					"tags":         schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Tags."},
				}},
			},
			"left_out": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "Accounts that pass the other filters and cannot be worked in.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"account_id":   text("Account ID."),
					"display_name": text("Display name."),
					"status":       text("Status."),
					"reason":       text("Why it is left out."),
				}},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *memberAccountsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m memberAccountsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	directory, err := d.data.Observed.Directory(ctx)
	if err != nil {
		resp.Diagnostics.Append(listingError("Reading the resource directory", err))
		return
	}
	accounts, err := d.data.Observed.Accounts(ctx)
	if err != nil {
		resp.Diagnostics.Append(listingError("Listing the member accounts", err))
		return
	}
	var statuses []string
	if !m.Statuses.IsNull() {
		statuses = setStrings(ctx, m.Statuses, &resp.Diagnostics)
	}
	if m.fill(directory, accounts, statuses); len(m.Accounts)+len(m.LeftOut) == 0 && !m.FolderID.IsNull() {
		// An empty answer under for_each destroys, so a misspelt folder must not look like an empty one.
		switch exists, err := d.folderExists(ctx, m.FolderID.ValueString()); {
		case err != nil:
			resp.Diagnostics.Append(listingError("Looking for the folder "+m.FolderID.ValueString(), err))
		case !exists:
			resp.Diagnostics.AddAttributeError(path.Root("folder_id"), "Folder not found",
				fmt.Sprintf("The resource directory %s has no folder %q.", directory.ID, m.FolderID.ValueString()))
		}
	}
	if len(m.LeftOut) > 0 {
		var lines []string
		for _, a := range m.LeftOut {
			lines = append(lines, fmt.Sprintf("- %s (%s): %s", a.AccountID.ValueString(), a.DisplayName.ValueString(), a.Reason.ValueString()))
		}
		resp.Diagnostics.AddWarning("Accounts left out",
			"These accounts cannot be worked in, so they are not in ids; with for_each over ids, what was declared for them is planned for destruction:\n"+
				strings.Join(lines, "\n")+"\n\nSet statuses to choose yourself.")
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (d *memberAccountsDataSource) folderExists(ctx context.Context, folderID string) (bool, error) {
	client, err := d.data.Fleet.ResourceDirectory()
	if err != nil {
		return false, err
	}
	return client.FolderExists(ctx, folderID)
}

func listingError(doing string, err error) diag.Diagnostic {
	d := diagnostic.Error(doing, err)
	if alicloud.Is(err, alicloud.Denied) {
		return diag.NewErrorDiagnostic(d.Summary(), d.Detail()+
			"\n\nOnly the management account and delegated administrators may list accounts. With explicit account_ids everything else works without this data source.")
	}
	return d
}

func (m *memberAccountsModel) fill(directory resourcedirectory.Directory, accounts []resourcedirectory.Account, statuses []string) {
	m.ManagementAccountID = types.StringValue(directory.MasterAccountID)
	m.Accounts, m.LeftOut, m.IDs = []accountModel{}, []leftOutModel{}, []string{}
	if m.IncludeManagementAccount.ValueBool() && m.FolderID.IsNull() {
		m.Accounts = append(m.Accounts, accountModel{
			AccountID: m.ManagementAccountID, DisplayName: types.StringValue(directory.MasterAccountName),
			FolderID: types.StringValue(directory.RootFolderID), Type: types.StringValue("CloudAccount"),
			Management: types.BoolValue(true), Tags: map[string]string{},
		})
	}
	for _, a := range accounts {
		if !m.selects(a, statuses) {
			continue
		}
		if reason := m.unusable(a); reason != "" {
			m.LeftOut = append(m.LeftOut, leftOutModel{
				AccountID: types.StringValue(a.AccountID), DisplayName: types.StringValue(a.DisplayName),
				Status: types.StringValue(a.Status), Reason: types.StringValue(reason),
			})
			continue
		}
		tags := map[string]string{}
		for _, t := range a.Tags.Tag {
			tags[t.Key] = t.Value
		}
		m.Accounts = append(m.Accounts, accountModel{
			AccountID: types.StringValue(a.AccountID), DisplayName: types.StringValue(a.DisplayName),
			FolderID: types.StringValue(a.FolderID), Status: types.StringValue(a.Status), Type: types.StringValue(a.Type),
			JoinMethod: types.StringValue(a.JoinMethod), Management: types.BoolValue(false), Tags: tags,
		})
	}
	slices.SortFunc(m.Accounts, func(a, b accountModel) int {
		return cmp.Compare(a.AccountID.ValueString(), b.AccountID.ValueString())
	})
	slices.SortFunc(m.LeftOut, func(a, b leftOutModel) int {
		return cmp.Compare(a.AccountID.ValueString(), b.AccountID.ValueString())
	})
	for _, a := range m.Accounts {
		m.IDs = append(m.IDs, a.AccountID.ValueString())
	}
}

// selects applies the filters by which an account is simply not meant.
func (m *memberAccountsModel) selects(a resourcedirectory.Account, statuses []string) bool {
	if !m.Statuses.IsNull() && !slices.Contains(statuses, a.Status) {
		return false
	}
	if !m.NameRegex.IsNull() && !regexp.MustCompile(m.NameRegex.ValueString()).MatchString(a.DisplayName) {
		return false
	}
	folder := m.FolderID.ValueString()
	return m.FolderID.IsNull() || a.FolderID == folder || slices.Contains(strings.Split(a.ResourceDirectoryPath, "/"), folder)
}

// unusable is why an account that is meant is left out, or "". Whoever asks
// for statuses gets what was asked for.
func (m *memberAccountsModel) unusable(a resourcedirectory.Account) string {
	switch {
	case !m.Statuses.IsNull() || a.Usable():
		return ""
	case a.DeletionStatus == "Deleting":
		return "the account is being deleted"
	}
	return fmt.Sprintf("an account with status %s cannot be worked in", a.Status)
}
