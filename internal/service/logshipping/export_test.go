package logshipping

// StandardIndex is the archive's standard index as it is sent.
func StandardIndex() string {
	index, err := auditIndex(nil).Into("")
	if err != nil {
		panic(err)
	}
	return index
}
