// Package podsecurity judges pods by the Pod Security Standards, through the library that Kubernetes itself uses
// (k8s.io/pod-security-admission): the verdicts are its, the texts and the treatment of what is not known yet are ours.
//
// The standards judge ephemeral containers too, and whole pods: a check has one finding for each workload.
package podsecurity
