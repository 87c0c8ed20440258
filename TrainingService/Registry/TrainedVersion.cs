using System.Text.Json;
using System.Text.Json.Nodes;
using TrainingService.Runs.Queue;

namespace TrainingService.Registry;

/// <summary>What a run made and wants registered.</summary>
/// <param name="Dataset">Number of the data set that it was trained on, and whose gates guard the model.</param>
/// <param name="Owner">Pseudonymous id of the only one the model serves; null: everybody.</param>
/// <param name="MayBind">Whether whoever asked for the run may put a model that no data set guards under this one.</param>
/// <param name="File"><c>model.onnx</c>.</param>
/// <param name="Sha256">Of the file, lower-case hex.</param>
/// <param name="Manifest">As a package's <c>model.json</c>, but for <c>name</c>, <c>version</c> and <c>sha256</c>, which are added.</param>
/// <param name="Lineage">With <c>run</c>: the same file registered again for the same run is the version that is there.</param>
/// <param name="Hold">The worker's, without which nothing is registered; null: nobody can take the run away.</param>
/// <param name="RequireRows">Throws when rows that it was trained on were erased; asked when none can be any more until it is registered.</param>
internal sealed record TrainedVersion(
    string Model, string Task, int Dataset, string? Owner, bool MayBind, FileInfo File, string Sha256, JsonObject Manifest, JsonElement Metrics, JsonElement Lineage, string Actor, RunHold? Hold = null,
    Func<CancellationToken, Task>? RequireRows = null)
{
    public string Run => Lineage.GetProperty("run").GetString() ?? throw new ArgumentException("The lineage names no run.");
}
