using Aspire.Hosting.ApplicationModel;

namespace InferenceSuite.AppHost;

/// <summary>The signal (without SIG) that ends a resource in good order, where it is not TERM. Acted on by the local engine.</summary>
internal sealed record StopSignalAnnotation(string Signal) : IResourceAnnotation;
