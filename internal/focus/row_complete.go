package focus

// Complete fills columns that a version lacks from those that mean the same in another, so that a row read
// from a file of any version can be written in any other.
func (r *Row) Complete() {
	pair(&r.ProviderName, &r.ServiceProviderName)
	pair(&r.PublisherName, &r.XPublisherName)
	pair(&r.AllocatedMethodId, &r.XAllocatedMethodId)
	pair(&r.AllocatedMethodDetails, &r.XAllocatedMethodDetails)
	pair(&r.AllocatedResourceId, &r.XAllocatedResourceId)
	pair(&r.AllocatedResourceName, &r.XAllocatedResourceName)
	// A version without PublisherName has no better word for who made the service than who sells it, and one
	// without HostProviderName none for who runs it.
	fallback(&r.PublisherName, r.ProviderName)
	fallback(&r.HostProviderName, r.ServiceProviderName)
}

func pair(a, b *string) {
	fallback(a, *b)
	fallback(b, *a)
}

func fallback(to *string, from string) {
	if *to == "" {
		*to = from
	}
}
