namespace TrainingService.Runs.Artifacts;

/// <summary>A file that a run left: its report, a plot. The content is an object in StorageService, which runs of one owner may share.</summary>
internal sealed class RunArtifact
{
    public required Guid Run { get; init; }

    /// <summary><c>report.html</c>, <c>plots/roc.svg</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Pseudonymous id of the data set's owner.</summary>
    public required string Owner { get; init; }

    /// <summary>Lower-case hex.</summary>
    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    public required string ContentType { get; init; }
}
