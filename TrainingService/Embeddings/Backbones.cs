using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using TrainingService.Registry;
using TrainingService.Runs;
using TrainingService.Serving;

namespace TrainingService.Embeddings;

/// <summary>Which models images can be learned upon: every image model that is live for everybody and whose classifier can be cut off.</summary>
internal sealed class Backbones(TrainingDb db, EmbeddingModels embeddings, ImagePreparation preparation, InferenceClient inference, IOptions<EmbeddingOptions> options)
{
    private const string Task = "image-classification";
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    /// <param name="name">Null takes the configured one.</param>
    /// <exception cref="RunFailedException">There is none of that name, or it won't do; says which there are.</exception>
    /// <exception cref="ProblemException">503: a service that it takes does not answer.</exception>
    public async Task<Backbone> FindAsync(string? name, CancellationToken cancellation)
    {
        var wanted = name ?? options.Value.Backbone;
        var version = await Live().SingleOrDefaultAsync(v => v.Model == wanted, cancellation)
            ?? throw await RefuseAsync("unknown-backbone", $"There is no image model '{wanted}' that serves.", cancellation);
        try
        {
            var input = preparation.For(version.Manifest);
            var model = await embeddings.EnsureAsync(version, cancellation);
            var width = model.Width ?? (await inference.InferAsync(model.Name, model.Version, output: null, new float[input.Length], 1, input.Shape, cancellation)).Length;
            return new Backbone(version.Model, version.Version, version.Sha256, model.Tensor, width, model.Sha256, version.Manifest);
        }
        catch (Exception e) when (e is UnsuitableBackboneException or InvalidDataException || e is ProblemException { Status: < StatusCodes.Status500InternalServerError })
        {
            throw await RefuseAsync("unsuitable-backbone", $"'{wanted}' can't be learned upon: {e.Message}", cancellation);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw ProblemException.Unavailable("backbone-unavailable", $"The backbone '{wanted}' can't be looked at now: {e.Message}", TryAgain);
        }
    }

    private IQueryable<ModelVersion> Live() => db.Versions.AsNoTracking()
        .Where(v => v.State == VersionState.Live && db.Models.Any(m => m.Name == v.Model && m.Task == Task && m.Owner == null && m.RetiredAt == null));

    private async Task<RunFailedException> RefuseAsync(string code, string what, CancellationToken cancellation)
    {
        var there = await Live().Select(v => v.Model).OrderBy(model => model).ToListAsync(cancellation);
        var offer = there.Count == 0 ? "No image model serves." : $"Image models that serve: {string.Join(", ", there)}.";
        return new RunFailedException(new RunError(code, "backbone", $"{what.TrimEnd('.')}. {offer}"));
    }
}
