using System.Text.Json;

namespace TrainingService.Runs.Requests;

/// <summary>The body of a request for a run.</summary>
/// <param name="Learner"><c>logistic-regression</c> or <c>gradient-boosted-trees</c> for rows, of labels that are numbers <c>linear-regression</c> or <c>gradient-boosted-trees</c>, <c>image-head</c> for images.</param>
/// <param name="Parameters">Of the learner, by name; those left out have their defaults.</param>
/// <param name="Grid">By name the values to try instead, 32 combinations at most; the lowest log-loss by k-fold wins, of numbers the lowest root mean squared error.</param>
/// <param name="Folds">3 to 20: k-fold besides. Left out: 5 for fewer than 1,000 rows and for a grid, else none.</param>
/// <param name="Seed">Of the split, the sampling and the first weights; default 1. The same labels, parameters and seed give the same model.</param>
/// <param name="Backbone">For images: the model whose embeddings are learned from.</param>
/// <param name="Augment">For images: changed copies of each training image to learn from besides, up to 20.</param>
/// <param name="Model">What the model is called; left out: as the data set's policy says, else like the data set.</param>
/// <param name="Promote">True: the version goes live if it passes the gates.</param>
/// <param name="Snapshot">To train on an earlier state; left out: the labels as they are now.</param>
internal sealed record CreateRun(
    string? Learner = null,
    IReadOnlyDictionary<string, JsonElement>? Parameters = null,
    IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>? Grid = null,
    int? Folds = null,
    ulong? Seed = null,
    string? Backbone = null,
    int? Augment = null,
    string? Model = null,
    bool? Promote = null,
    Guid? Snapshot = null)
{
    public RunRequest ToRequest(bool mayBind) => new(
        Learner, Parameters, Grid is { Count: > 0 } ? Grid : null, Folds ?? 0, Seed ?? 1, Backbone, Augment ?? 0, Promote ?? false, MayBind: mayBind);
}
