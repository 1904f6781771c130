// Package workload judges Kubernetes workloads and RBAC objects by rules that are data: the check items of ACK's
// workload inspection and those that belong beside them. A rule's expressions are CEL in the API server's own
// environment, so that the same text that judges a manifest at plan time is rendered into a ValidatingAdmissionPolicy.
//
// Objects are JSON shapes without null entries in maps, as the API server stores them. What is not known yet is Unknown,
// and a rule's verdict is INSUFFICIENT_DATA exactly where such a hole could change it.
package workload
