using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using NUnit.Framework;
using ServiceDefaults.Erasure;
using TrainingService;
using TrainingService.Embeddings;
using static Integration.TrainingService.Embeddings.EmbeddingServices;

namespace Integration.TrainingService.Embeddings;

/// <summary>Embeddings that were computed once are kept, as long as their picture and within a bound.</summary>
[TestFixture]
public sealed class KeptEmbeddingsTests
{
    [Test]
    public async Task Embeddings_go_with_the_last_row_that_has_their_picture()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 3, seed: 1300);
        await pictures.RowsAsync();
        await pictures.Owner.Http.DeleteAsync(pictures.Path).StatusAsync();
        await Eventually.SeeAsync("the embeddings are gone", pictures.CountCachedAsync, left => left == 0, log: () => Served.Training.Log);
    }

    [Test]
    public async Task Embeddings_go_with_their_owner()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 3, seed: 1400);
        await pictures.RowsAsync();
        await using var scope = Served.Training.Services.CreateAsyncScope();
        Assert.That(scope.ServiceProvider.GetServices<IPersonalData>().Select(data => data.Name), Does.Contain("image-embeddings"));
        var kept = new EmbeddingsOfSubject(scope.ServiceProvider.GetRequiredService<TrainingDb>());
        Assert.That(await kept.EraseAsync(pictures.Owner.Subject, CancellationToken.None), Is.EqualTo(6));
        Assert.That(await pictures.CountCachedAsync(), Is.Zero);
    }

    [Test]
    public async Task Those_used_longest_ago_make_way_when_there_are_too_many()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 4, seed: 1500);
        await pictures.RowsAsync();
        await Served.Training.TamperAsync($"UPDATE image_embeddings SET used_at = now() + interval '1 day' WHERE (owner, image) IN (SELECT owner, image FROM image_embeddings WHERE owner = '{pictures.Owner.Subject}' LIMIT 5)");
        var cache = new EmbeddingCache(
            Served.Training.Services.GetRequiredService<NpgsqlDataSource>(), Options.Create(new EmbeddingOptions { MaxCachedEmbeddings = 5 }), TimeProvider.System);
        await Eventually.SeeAsync("five are left", async () =>
        {
            await cache.TrimAsync(CancellationToken.None); // unless the sweep is about it
            return await pictures.CountCachedAsync();
        }, left => left == 5, log: () => Served.Training.Log);
    }

    [Test]
    public async Task What_runs_that_did_not_finish_have_left_makes_way_by_itself()
    {
        var nobody = Guid.CreateVersion7().ToString();
        await Served.Training.TamperAsync($"""
            INSERT INTO image_embeddings SELECT '{nobody}', sha256(i::text::bytea), 'x'::bytea, 0, 'x'::bytea, now() - interval '40 days' FROM generate_series(1, 3000) i
            """);
        await Eventually.SeeAsync("the bound holds", () => CountOfAsync(nobody), left => left is > 0 and <= 2000, log: () => Served.Training.Log);
    }

    private static async Task<long> CountOfAsync(string owner)
    {
        await using var command = Served.Training.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand($"SELECT count(*) FROM image_embeddings WHERE owner = '{owner}'");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
