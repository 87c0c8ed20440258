using NUnit.Framework;
using TrainingService.Runs;
using static Integration.TrainingService.Embeddings.EmbeddingServices;

namespace Integration.TrainingService.Embeddings;

/// <summary>What may be learned upon: models that serve, cut where their classifier begins.</summary>
[TestFixture]
public sealed class BackboneTests
{
    [Test]
    public async Task A_model_that_gives_no_features_is_cut_where_its_classifier_begins()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 2, seed: 500);
        var backbone = await pictures.BackboneAsync(Plain);
        Assert.That((backbone.Model, backbone.Width), Is.EqualTo((Plain, 192)));
        // The same network as the default one, whose author names the same place.
        Assert.That((await pictures.RowsAsync(Plain)).SelectMany(row => row.Cells), Is.EqualTo((await pictures.RowsAsync()).SelectMany(row => row.Cells)).Within(1e-5));
        Assert.That(await Served.CountRunsAsync($"{Plain}-embedding"), Is.EqualTo(4));
    }

    [Test]
    public async Task What_is_run_for_training_is_no_model_for_callers()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 1, seed: 600);
        await pictures.RowsAsync();
        var models = await Served.Inference.Caller.GetStringAsync("/v1/models");
        Assert.That(models, Does.Contain($"\"{Default}\"").And.Not.Contain(Embedding));
        Assert.That(await Served.Training.StatesAsync(Embedding), Is.EqualTo("1 candidate"));
    }

    [Test]
    public async Task An_unknown_backbone_is_answered_with_those_there_are()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 1, seed: 700);
        foreach (var name in new[] { "resnet-9000", Rows, Embedding })
            Assert.That(() => pictures.BackboneAsync(name), Refused("unknown-backbone").With.Message.Contains(Default).And.Message.Contains(Plain).And.Message.Not.Contains($", {Rows}"), name);
    }

    [Test]
    public async Task A_model_with_nothing_to_cut_off_can_not_be_learned_upon()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 1, seed: 800);
        Assert.That(() => pictures.BackboneAsync(Trees), Refused("unsuitable-backbone").With.Message.Contains(Trees));
    }

    [Test]
    public async Task Numbers_of_a_network_that_the_service_did_not_make_itself_are_never_learned_from()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 1, seed: 850);
        await pictures.BackboneAsync(Forged); // in every word the embedding of this backbone
        await Served.Training.TamperAsync($"UPDATE versions SET origin = 'uploaded' WHERE model = '{Forged}-embedding'");
        Assert.That(() => pictures.BackboneAsync(Forged), Refused("unsuitable-backbone").With.Message.Contains($"another model called '{Forged}-embedding'"));
    }

    [Test]
    public async Task A_model_that_belongs_to_somebody_is_not_offered()
    {
        await Served.Training.TamperAsync($"UPDATE models SET owner = 'somebody' WHERE name = '{Own}'");
        using var pictures = await Pictures.PostAsync(Served, each: 1, seed: 900);
        Assert.That(() => pictures.BackboneAsync(Own), Refused("unknown-backbone").With.Message.Not.Contains($"{Own},"));
    }

    private static NUnit.Framework.Constraints.ConstraintExpression Refused(string code) =>
        Throws.TypeOf<RunFailedException>().With.Property("Error").Property("Field").EqualTo("backbone").And.Property("Error").Property("Code").EqualTo(code).And;
}
