using System.ComponentModel.DataAnnotations;

namespace TrainingService.Embeddings;

/// <summary>The section <c>Learning</c>: what images are learned by.</summary>
internal sealed class EmbeddingOptions
{
    /// <summary>The image model whose embeddings are learned from where a run names none.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Backbone { get; init; } = "mask-detector";

    /// <summary>Embeddings that are kept for the next run, of all data sets together; those that were not used for longest go first.</summary>
    [Range(0, 100_000_000)]
    public long MaxCachedEmbeddings { get; init; } = 500_000;

    /// <summary>Images that are decoded at once. Absent: half of the processors, at least one; requests get the others.</summary>
    [Range(1, 1024)]
    public int? MaxConcurrentImages { get; init; }

    public int ConcurrentImages => MaxConcurrentImages ?? Math.Max(1, Environment.ProcessorCount / 2);
}
