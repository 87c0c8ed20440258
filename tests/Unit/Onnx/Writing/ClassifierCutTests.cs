using Learning.Exports;
using Microsoft.ML.OnnxRuntime;
using NUnit.Framework;
using Onnx;
using Onnx.Writing;
using TestSupport;
using static TestSupport.OnnxFiles;

namespace Unit.Onnx.Writing;

[TestFixture]
public sealed class ClassifierCutTests
{
    [Test]
    public void The_last_layer_is_cut_off_and_what_it_took_comes_out()
    {
        var file = TwoLayers();
        var model = ModelOutline.Read(new MemoryStream(file));
        var cut = ClassifierCut.Find(model);
        using var whole = new ExportedModel(file);
        using var embedder = new ExportedModel(Written(cut, model));

        Assert.That((cut.Tensor, cut.Width), Is.EqualTo(("hidden", 3)));
        Assert.That(embedder.Run([1, -1], 1, 2), Is.EqualTo(new[] { 0f, 0, 4 }), "ReLU of x · w1");
        Assert.That(whole.Run([1, -1], 1, 2), Is.EqualTo(new[] { 8f, 12 }));
    }

    [Test]
    public void Nodes_and_constants_behind_the_cut_are_left_out()
    {
        var model = ModelOutline.Read(new MemoryStream(TwoLayers()));
        var facts = ModelInspector.Inspect(new MemoryStream(Written(ClassifierCut.Find(model), model)), new ModelLimits());

        Assert.That((facts.Nodes, facts.Constants), Is.EqualTo((3, 1)), "MatMul, Relu, Flatten; w1");
    }

    [Test]
    public void The_shipped_detector_is_cut_where_its_author_says_its_features_are()
    {
        var path = Repository.Path("models", "mask-detector", "1", "model.onnx");
        using var file = File.OpenRead(path);
        var model = ModelOutline.Read(file);
        var cut = ClassifierCut.Find(model);
        using var embedder = new ExportedModel(Written(cut, model));
        using var features = new ExportedModel(Written(new ClassifierCut("features", null), model));
        var random = new Random(1);
        float[] pictures = [.. Enumerable.Range(0, 2 * 3 * 128 * 128).Select(_ => random.NextSingle())];

        var embeddings = embedder.Run(pictures, 2, 3, 128, 128);
        Assert.That(embeddings, Is.EqualTo(features.Run(pictures, 2, 3, 128, 128)));
        Assert.That(embeddings, Has.Length.EqualTo(2 * cut.Width));
    }

    [Test]
    public void Where_the_author_gives_features_as_an_output_that_is_the_cut()
    {
        using var file = File.OpenRead(Repository.Path("models", "mask-detector", "1", "model.onnx"));
        var model = ModelOutline.Read(file);
        Assert.That(ClassifierCut.At(model, "features"), Is.EqualTo(new ClassifierCut("features", 192)));
        Assert.That(() => ClassifierCut.At(model, "embedding"), Throws.TypeOf<ModelRefusedException>().With.Message.Contains("features"));
    }

    [TestCase("images")]
    [TestCase("N")]
    public void The_embedding_counts_items_by_the_name_that_the_input_has(string batch)
    {
        var nodes = new[] { Node("GlobalAveragePool", ["x"], ["pooled"]), Node("Softmax", ["pooled"], ["y"]) };
        var file = Model(Graph(nodes, [], [Named("x", batch, 2, 4, 4)], [Named("y", batch, 2, 1, 1)])).ToArray();
        var model = ModelOutline.Read(new MemoryStream(file));
        using var session = new InferenceSession(Written(ClassifierCut.Find(model), model));
        Assert.That(session.OutputMetadata[ClassifierCut.Embedding].SymbolicDimensions[0], Is.EqualTo(batch));
    }

    private static Protobuf Named(string name, string batch, params long[] sides)
    {
        var shape = new Protobuf().Message(1, new Protobuf().Text(2, batch));
        foreach (var side in sides)
            shape.Message(1, new Protobuf().Number(1, side));
        return new Protobuf().Text(1, name).Message(2, new Protobuf().Message(1, new Protobuf().Number(1, Float).Message(2, shape)));
    }

    [Test]
    public void Without_a_last_layer_the_global_pooling_is_the_end()
    {
        var nodes = new[] { Node("GlobalAveragePool", ["x"], ["pooled"]), Node("Softmax", ["pooled"], ["y"]) };
        var file = Model(Graph(nodes, [], [Value("x", Float, -1, 2, 4, 4)], [Value("y", Float, -1, 2, 1, 1)])).ToArray();
        var model = ModelOutline.Read(new MemoryStream(file));
        var cut = ClassifierCut.Find(model);
        using var embedder = new ExportedModel(Written(cut, model));

        Assert.That(cut.Tensor, Is.EqualTo("pooled"));
        Assert.That(embedder.Run([.. Enumerable.Repeat(3f, 16), .. Enumerable.Repeat(5f, 16)], 1, 2, 4, 4), Is.EqualTo(new[] { 3f, 5 }), "flattened");
    }

    [Test]
    public void A_model_with_neither_is_refused_and_so_is_one_that_is_a_last_layer_only()
    {
        ClassifierCut Find(params Protobuf[] nodes) =>
            ClassifierCut.Find(ModelOutline.Read(new MemoryStream(Model(RowGraph(nodes, [Weights("w", 2, 2)])).ToArray())));

        Assert.That(() => Find(Node("Relu", ["x"], ["y"])), Throws.TypeOf<ModelRefusedException>().With.Message.Contains("name a tensor"));
        Assert.That(() => Find(Node("MatMul", ["x", "w"], ["y"])), Throws.TypeOf<ModelRefusedException>().With.Message.Contains("'x' itself"));
    }

    [Test]
    public void A_tensor_that_is_not_there_is_named() =>
        Assert.That(() => ModelOutline.Read(new MemoryStream(TwoLayers())).UpTo("nowhere"), Throws.ArgumentException.With.Message.Contains("'nowhere'"));

    [Test]
    public void What_a_subgraph_captures_is_kept()
    {
        // The branch reads "hidden" from outside; nothing else does.
        var branch = Graph([Node("Identity", ["hidden"], ["b"])], [], [], [Value("b", Float, -1, 2)]);
        var nodes = new[]
        {
            Node("Relu", ["x"], ["hidden"]),
            Node("If", ["yes"], ["chosen"], "", Attribute("then_branch", branch), Attribute("else_branch", branch)),
            Node("MatMul", ["chosen", "w"], ["y"]),
        };
        var model = ModelOutline.Read(new MemoryStream(Model(RowGraph(nodes, [True("yes"), Weights("w", 2, 2)])).ToArray()));
        var cut = ClassifierCut.Find(model);
        using var embedder = new ExportedModel(Written(cut, model));

        Assert.That(cut.Tensor, Is.EqualTo("chosen"));
        Assert.That(embedder.Run([-1, 7], 1, 2), Is.EqualTo(new[] { 0f, 7 }));
    }

    [Test]
    public void Constants_that_old_files_list_among_the_inputs_are_none()
    {
        var nodes = new[] { Node("MatMul", ["x", "w1"], ["h"]), Node("MatMul", ["h", "w2"], ["y"]) };
        var inputs = new[] { Value("x", Float, -1, 2), Value("w1", Float, 2, 2), Value("w2", Float, 2, 2) };
        var file = Model(Graph(nodes, [Weights("w1", 2, 2), Weights("w2", 2, 2)], inputs, [Value("y", Float, -1, 2)]), irVersion: 3).ToArray();
        var model = ModelOutline.Read(new MemoryStream(file));

        Assert.That(model.UpTo("h").Inputs, Is.EqualTo(new[] { "x" }));
        using var embedder = new ExportedModel(Written(ClassifierCut.Find(model), model));
        Assert.That(embedder.Run([1, 1], 1, 2), Is.EqualTo(new[] { 2f, 4 }));
    }

    [Test]
    public void Data_outside_the_file_and_functions_are_refused()
    {
        Assert.That(() => ModelOutline.Read(new MemoryStream(HostileModels.Outside("../x"))), Throws.TypeOf<ModelRefusedException>().With.Message.Contains("outside"));
        var functions = Model(RowGraph([Node("Relu", ["x"], ["y"])])).Message(25, new Protobuf().Text(1, "f")).ToArray();
        Assert.That(() => ModelOutline.Read(new MemoryStream(functions)), Throws.TypeOf<ModelRefusedException>().With.Message.Contains("functions"));
    }

    [Test]
    public void A_file_cut_anywhere_or_with_any_byte_changed_is_read_or_refused()
    {
        var whole = TwoLayers();
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var file = round < whole.Length ? whole[..round] : (byte[])whole.Clone();
            for (var change = round < whole.Length ? 0 : random.Next(1, 4); change > 0; change--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            try
            {
                var model = ModelOutline.Read(new MemoryStream(file));
                Written(ClassifierCut.Find(model), model);
            }
            catch (Exception e) when (e is InvalidDataException or ModelRefusedException or ArgumentException)
            {
                // What a caller is told.
            }
        }
    }

    [Test]
    public void Weights_are_copied_through_a_small_buffer()
    {
        const int side = 4096;
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.onnx");
        var graph = new GraphBuilder("large");
        var large = graph.Node("MatMul", [graph.Input("x", ElementType.Float, -1, side), graph.Constant("w1", new float[side * side], side, side)], "h");
        graph.Output(graph.Node("MatMul", [large, graph.Constant("w2", new float[side], side, 1)], "y"), ElementType.Float, -1, 1);
        graph.WriteTo(path);
        try
        {
            using var file = File.OpenRead(path);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var model = ModelOutline.Read(file);
            ClassifierCut.Find(model).WriteEmbeddingModel(model, Stream.Null);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20), $"the file has {file.Length >> 20} MiB");
        }
        finally
        {
            File.Delete(path);
        }
    }

    // y = ReLU(x · w1) · w2
    private static byte[] TwoLayers()
    {
        var graph = new GraphBuilder("two layers");
        var x = graph.Input("x", ElementType.Float, -1, 2);
        var hidden = graph.Node("Relu", [graph.Node("MatMul", [x, graph.Constant("w1", [1f, 2, 3, 4, 2, -1], 2, 3)], "sums")], "hidden");
        graph.Output(graph.Node("MatMul", [hidden, graph.Constant("w2", [2f, 3, 2, 3, 2, 3], 3, 2)], "y"), ElementType.Float, -1, 2);
        using var file = new MemoryStream();
        graph.WriteTo(file);
        return file.ToArray();
    }

    // [[1,2,...],[1,2,...],...]
    private static Protobuf Weights(string name, int rows, int columns) => Tensor(name, Float, [rows, columns])
        .Bytes(9, [.. Enumerable.Range(0, rows * columns).SelectMany(i => BitConverter.GetBytes((float)((i % columns) + 1)))]);

    private static byte[] Written(ClassifierCut cut, ModelOutline model)
    {
        using var file = new MemoryStream();
        cut.WriteEmbeddingModel(model, file);
        return file.ToArray();
    }
}
