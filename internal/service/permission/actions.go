package permission

import (
	"maps"
	"slices"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// Holder is whose policy an action belongs in.
type Holder string

// The holders.
const (
	Member   Holder = "member"   // the role in each member account
	Provider Holder = "provider" // the identity that Terraform starts with
)

// target is what an action works on.
type target int

const (
	everything    target = iota
	clusters             // the clusters of the account, in the regions chosen
	memberRoles          // the roles that the provider assumes
	accounts             // the accounts of the resource directory
	logJobs              // jobs in Log Service, alerts among them
	logDashboards        // dashboards in Log Service
	logProjects          // projects of Log Service
	logStores            // log stores, with their indexes, shards and rows
)

// action is a RAM action.
type action struct {
	holder Holder
	on     target
	origin compliance.Provenance // of the action's name
}

// actions are all RAM actions that this provider can ever need. Help pages name those that are documented; the others
// are named like their calls. sts:GetCallerIdentity is not among them: it needs no permission.
var actions = map[string]action{
	"sts:AssumeRole": {Provider, memberRoles, compliance.Documented},

	"resourcemanager:ListAccounts":         {Provider, accounts, compliance.Documented},
	"resourcemanager:GetResourceDirectory": {Provider, everything, compliance.Inferred},
	"resourcemanager:GetFolder":            {Provider, everything, compliance.Inferred},

	// The lists name no cluster, so they cannot be narrowed to some.
	"cs:DescribeClustersForRegion": {Member, everything, compliance.Documented},
	"cs:DescribeClustersV1":        {Member, everything, compliance.Documented},
	"cs:GetClusters":               {Member, everything, compliance.Documented},

	// Few pages of Cloud Config name resources, so nothing is narrowed to them. An account group belongs to the identity that Terraform starts with.
	"config:GetManagedRule":                           {Member, everything, compliance.Inferred},
	"config:CreateConfigRule":                         {Member, everything, compliance.Inferred},
	"config:GetConfigRule":                            {Member, everything, compliance.Inferred},
	"config:UpdateConfigRule":                         {Member, everything, compliance.Inferred},
	"config:ActiveConfigRules":                        {Member, everything, compliance.Inferred},
	"config:DeactiveConfigRules":                      {Member, everything, compliance.Inferred},
	"config:DeleteConfigRules":                        {Member, everything, compliance.Inferred},
	"config:ListConfigRules":                          {Member, everything, compliance.Inferred},
	"config:StartConfigRuleEvaluation":                {Member, everything, compliance.Inferred},
	"config:ListManagedRules":                         {Member, everything, compliance.Inferred},
	"config:ListConfigRuleEvaluationResults":          {Member, everything, compliance.Inferred},
	"config:IgnoreEvaluationResults":                  {Member, everything, compliance.Documented},
	"config:RevertEvaluationResults":                  {Member, everything, compliance.Inferred},
	"config:CreateAggregateConfigRule":                {Provider, everything, compliance.Inferred},
	"config:GetAggregateConfigRule":                   {Provider, everything, compliance.Inferred},
	"config:UpdateAggregateConfigRule":                {Provider, everything, compliance.Inferred},
	"config:ActiveAggregateConfigRules":               {Provider, everything, compliance.Inferred},
	"config:DeactiveAggregateConfigRules":             {Provider, everything, compliance.Inferred},
	"config:DeleteAggregateConfigRules":               {Provider, everything, compliance.Inferred},
	"config:ListAggregateConfigRules":                 {Provider, everything, compliance.Inferred},
	"config:StartAggregateConfigRuleEvaluation":       {Provider, everything, compliance.Inferred},
	"config:GetAggregator":                            {Provider, everything, compliance.Inferred},
	"config:ListAggregateConfigRuleEvaluationResults": {Provider, everything, compliance.Inferred},
	"config:IgnoreAggregateEvaluationResults":         {Provider, everything, compliance.Documented},
	"config:RevertAggregateEvaluationResults":         {Provider, everything, compliance.Inferred},

	"config:CreateCompliancePack":                      {Member, everything, compliance.Inferred},
	"config:GetCompliancePack":                         {Member, everything, compliance.Inferred},
	"config:UpdateCompliancePack":                      {Member, everything, compliance.Documented},
	"config:ListCompliancePacks":                       {Member, everything, compliance.Inferred},
	"config:DeleteCompliancePacks":                     {Member, everything, compliance.Inferred},
	"config:DetachConfigRuleToCompliancePack":          {Member, everything, compliance.Inferred},
	"config:CreateAggregateCompliancePack":             {Provider, everything, compliance.Inferred},
	"config:GetAggregateCompliancePack":                {Provider, everything, compliance.Inferred},
	"config:UpdateAggregateCompliancePack":             {Provider, everything, compliance.Documented},
	"config:ListAggregateCompliancePacks":              {Provider, everything, compliance.Inferred},
	"config:DeleteAggregateCompliancePacks":            {Provider, everything, compliance.Inferred},
	"config:DetachAggregateConfigRuleToCompliancePack": {Provider, everything, compliance.Inferred},
	"config:CreateConfigDeliveryChannel":               {Member, everything, compliance.Inferred},
	"config:GetConfigDeliveryChannel":                  {Member, everything, compliance.Inferred},
	"config:UpdateConfigDeliveryChannel":               {Member, everything, compliance.Inferred},
	"config:ListConfigDeliveryChannels":                {Member, everything, compliance.Inferred},
	"config:DeleteConfigDeliveryChannel":               {Member, everything, compliance.Inferred},
	"config:CreateAggregateConfigDeliveryChannel":      {Provider, everything, compliance.Inferred},
	"config:GetAggregateConfigDeliveryChannel":         {Provider, everything, compliance.Inferred},
	"config:UpdateAggregateConfigDeliveryChannel":      {Provider, everything, compliance.Inferred},
	"config:ListAggregateConfigDeliveryChannels":       {Provider, everything, compliance.Inferred},
	"config:DeleteAggregateConfigDeliveryChannel":      {Provider, everything, compliance.Inferred},

	"config:CreateAggregator":  {Provider, everything, compliance.Inferred},
	"config:UpdateAggregator":  {Provider, everything, compliance.Documented},
	"config:DeleteAggregators": {Provider, everything, compliance.Inferred},
	"config:ListAggregators":   {Provider, everything, compliance.Inferred},

	"config:GetConfigurationRecorder":    {Member, everything, compliance.Inferred},
	"config:StartConfigurationRecorder":  {Member, everything, compliance.Inferred},
	"config:UpdateConfigurationRecorder": {Member, everything, compliance.Inferred},
	"config:StopConfigurationRecorder":   {Member, everything, compliance.Inferred},
	// Cloud Config's pages name no resources. An account group belongs to the identity that Terraform starts with.
	"config:ListPreManagedRules":              {Member, everything, compliance.Inferred},
	"config:EvaluatePreConfigRules":           {Member, everything, compliance.Inferred},
	"config:ListAggregateDiscoveredResources": {Provider, everything, compliance.Inferred},
	"config:GetAggregateDiscoveredResource":   {Provider, everything, compliance.Inferred},

	"log:GetProject":                 {Member, logProjects, compliance.Documented},
	"log:CreateProject":              {Member, logProjects, compliance.Documented},
	"log:UpdateProject":              {Member, logProjects, compliance.Documented},
	"log:DeleteProject":              {Member, logProjects, compliance.Documented},
	"log:ListLogStores":              {Member, logStores, compliance.Documented},
	"log:GetLogStore":                {Member, logStores, compliance.Documented},
	"log:CreateLogStore":             {Member, logStores, compliance.Documented},
	"log:UpdateLogStore":             {Member, logStores, compliance.Documented},
	"log:DeleteLogStore":             {Member, logStores, compliance.Documented},
	"log:GetLogStoreMeteringMode":    {Member, logStores, compliance.Documented},
	"log:UpdateLogStoreMeteringMode": {Member, logStores, compliance.Documented},
	"log:GetIndex":                   {Member, logStores, compliance.Documented},
	"log:CreateIndex":                {Member, logStores, compliance.Documented},
	"log:UpdateIndex":                {Member, logStores, compliance.Documented},
	"log:DeleteIndex":                {Member, logStores, compliance.Documented},
	"log:ListShards":                 {Member, logStores, compliance.Documented},
	"log:SplitShard":                 {Member, logStores, compliance.Documented},
	"log:GetCursorOrData":            {Member, logStores, compliance.Documented},
	"log:ListJobs":                   {Member, logJobs, compliance.Documented},
	"log:ListDashboard":              {Member, logDashboards, compliance.Documented},

	"log:PostLogStoreLogs": {Member, logStores, compliance.Documented},
	"log:GetLogStoreLogs":  {Member, logStores, compliance.Documented},
	"log:TagResources":     {Member, logProjects, compliance.Documented},
	"log:UntagResources":   {Member, logProjects, compliance.Documented},
	"log:ListTagResources": {Member, logProjects, compliance.Documented},

	"log:GetJob":          {Member, logJobs, compliance.Documented},
	"log:CreateJob":       {Member, logJobs, compliance.Documented},
	"log:UpdateJob":       {Member, logJobs, compliance.Documented},
	"log:DeleteJob":       {Member, logJobs, compliance.Documented},
	"log:GetDashboard":    {Member, logDashboards, compliance.Documented},
	"log:CreateDashboard": {Member, logDashboards, compliance.Documented},
	"log:UpdateDashboard": {Member, logDashboards, compliance.Documented},
	"log:DeleteDashboard": {Member, logDashboards, compliance.Documented},

	"cs:DescribeClusterDetail":       {Member, clusters, compliance.Documented},
	"cs:DescribeClusterNodePools":    {Member, clusters, compliance.Documented},
	"cs:ListClusterAddonInstances":   {Member, clusters, compliance.Inferred},
	"cs:CreateClusterInspectConfig":  {Member, clusters, compliance.Documented},
	"cs:GetClusterInspectConfig":     {Member, clusters, compliance.Documented},
	"cs:UpdateClusterInspectConfig":  {Member, clusters, compliance.Documented},
	"cs:DeleteClusterInspectConfig":  {Member, clusters, compliance.Documented},
	"cs:RunClusterInspect":           {Member, clusters, compliance.Documented},
	"cs:ListClusterInspectReports":   {Member, clusters, compliance.Inferred},
	"cs:GetClusterAuditProject":      {Member, clusters, compliance.Documented},
	"cs:UpdateClusterAuditLogConfig": {Member, clusters, compliance.Documented},
	"cs:CheckControlPlaneLogEnable":  {Member, clusters, compliance.Documented},
	"cs:UpdateControlPlaneLog":       {Member, clusters, compliance.Documented},
	// The page of UpdateControlPlaneLog names it as needed besides.
	"cs:EnableCoreControlPlaneComponentsLog": {Member, clusters, compliance.Documented},
	"cs:DescribeClusterUserKubeconfig":       {Member, clusters, compliance.Documented},
	"cs:InstallClusterAddons":                {Member, clusters, compliance.Inferred},
	"cs:UpgradeClusterAddons":                {Member, clusters, compliance.Inferred},
	"cs:UnInstallClusterAddons":              {Member, clusters, compliance.Inferred},
	// A task has no resource of its own, and the page narrows it to none.
	"cs:DescribeTaskInfo":              {Member, everything, compliance.Documented},
	"cs:GetClusterInspectReportDetail": {Member, clusters, compliance.Inferred},
}

// NamesBy are the actions whose names are of this provenance, sorted.
func NamesBy(p compliance.Provenance) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(actions)), func(name string) bool { return actions[name].origin != p })
}
