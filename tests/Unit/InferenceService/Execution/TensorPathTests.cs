using System.Runtime.InteropServices;
using InferenceService.Execution;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using NUnit.Framework;

namespace Unit.InferenceService.Execution;

/// <summary>Models whose inputs and outputs are taken from the graph: any element type, open sides, several inputs and outputs.</summary>
[TestFixture, CancelAfter(30_000)]
public sealed class TensorPathTests
{
    private readonly List<string> files = [];

    [TearDown]
    public void DeleteFiles() => files.ForEach(File.Delete);

    [TestCase(TensorElementType.Float)]
    [TestCase(TensorElementType.Double)]
    [TestCase(TensorElementType.Float16)]
    [TestCase(TensorElementType.BFloat16)]
    [TestCase(TensorElementType.Int8)]
    [TestCase(TensorElementType.Int16)]
    [TestCase(TensorElementType.Int32)]
    [TestCase(TensorElementType.Int64)]
    [TestCase(TensorElementType.UInt8)]
    [TestCase(TensorElementType.UInt16)]
    [TestCase(TensorElementType.UInt32)]
    [TestCase(TensorElementType.UInt64)]
    [TestCase(TensorElementType.Bool)]
    public void Every_element_type_passes_through_unchanged(TensorElementType type)
    {
        using var model = Load(new TinyGraph().Input("x", type, "N", 3).Output("y", type, "N", 3).Node("Identity", ["x"], "y"));
        using var slot = model.CreateSlot();
        var size = model.Inputs[0].ElementSize;
        for (var round = 0; round < 2; round++)
        {
            slot.Prepare(model.FixedShape!, 2);
            slot.Input(0, 0).Fill(1);
            slot.Input(0, 1).Fill(0);
            slot.Run();

            Assert.That(slot.Output(0, 0).ToArray(), Is.EqualTo(Enumerable.Repeat((byte)1, 3 * size)));
            Assert.That(slot.Output(0, 1).ToArray(), Is.EqualTo(new byte[3 * size]));
        }
    }

    [Test]
    public void Several_inputs_and_outputs_keep_their_order_and_items()
    {
        using var model = Load(new TinyGraph()
            .Input("a", TensorElementType.Float, "N", 2).Input("b", TensorElementType.Float, "N", 2)
            .Output("sum", TensorElementType.Float, "N", 2).Output("product", TensorElementType.Float, "N", 2)
            .Node("Mul", ["a", "b"], "product").Node("Add", ["a", "b"], "sum"));
        using var slot = model.CreateSlot();
        slot.Prepare(model.FixedShape!, 2);
        Floats(1, 2).CopyTo(slot.Input(0, 0));
        Floats(3, 4).CopyTo(slot.Input(1, 0));
        Floats(10, 20).CopyTo(slot.Input(0, 1));
        Floats(30, 40).CopyTo(slot.Input(1, 1));
        slot.Run();

        Assert.That(model.Outputs.Select(output => output.Name), Is.EqualTo((string[])["sum", "product"]));
        Assert.That(Answer(slot, 0, 0), Is.EqualTo((float[])[4, 6]));
        Assert.That(Answer(slot, 1, 0), Is.EqualTo((float[])[3, 8]));
        Assert.That(Answer(slot, 0, 1), Is.EqualTo((float[])[40, 60]));
        Assert.That(Answer(slot, 1, 1), Is.EqualTo((float[])[300, 800]));
    }

    [Test]
    public void A_manifest_can_ask_for_one_of_several_outputs()
    {
        var graph = new TinyGraph().Input("x", TensorElementType.Float, "N", 2)
            .Output("same", TensorElementType.Float, "N", 2).Output("negative", TensorElementType.Float, "N", 2)
            .Node("Identity", ["x"], "same").Node("Neg", ["x"], "negative");
        using var model = TestModels.Factory().Load(TestModels.Tensors(output: "negative"), Save(graph));
        using var slot = model.CreateSlot();
        slot.Prepare(model.FixedShape!, 1);
        Floats(1, -2).CopyTo(slot.Input(0, 0));
        slot.Run();

        Assert.That(model.Outputs.Single().Name, Is.EqualTo("negative"));
        Assert.That(Answer(slot, 0, 0), Is.EqualTo((float[])[-1, 2]));
    }

    [Test]
    public void Open_sides_take_any_shape_also_more_of_them_than_are_kept()
    {
        using var model = Load(new TinyGraph().Input("x", TensorElementType.Float, "N", "W").Output("y", TensorElementType.Float, "N", "W").Node("Neg", ["x"], "y"));
        using var slot = model.CreateSlot();
        Assert.That(model.FixedShape, Is.Null);

        for (var round = 0; round < 2; round++)
        {
            for (var width = 0; width < 20; width++)
            {
                slot.Prepare(ItemShape.Of(model.Inputs, [width]), 2);
                Floats([.. Enumerable.Range(0, width).Select(i => (float)i)]).CopyTo(slot.Input(0, 1));
                slot.Run();

                Assert.That(slot.OutputItemShape(0).ToArray(), Is.EqualTo((int[])[width]));
                Assert.That(Answer(slot, 0, 1), Is.EqualTo(Enumerable.Range(0, width).Select(i => (float)-i)));
            }
        }
    }

    [Test]
    public void A_warm_run_of_open_shapes_allocates_nothing()
    {
        using var model = Load(new TinyGraph().Input("x", TensorElementType.Float, "N", "W").Output("y", TensorElementType.Float, "N", "W").Node("Neg", ["x"], "y"));
        using var slot = model.CreateSlot();
        ItemShape[] shapes = [ItemShape.Of(model.Inputs, [4]), ItemShape.Of(model.Inputs, [7])];
        Predict();
        Predict();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            Predict();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Predict()
        {
            foreach (var shape in shapes)
            {
                slot.Prepare(shape, 2);
                slot.Run();
                _ = slot.Output(0, 1);
            }
        }
    }

    [Test]
    public void An_output_whose_shape_depends_on_the_data_is_given_as_it_comes()
    {
        using var model = Load(new TinyGraph().Input("x", TensorElementType.Float, 4).Output("y", TensorElementType.Int64, 1, "found").Node("NonZero", ["x"], "y"));
        using var slot = model.CreateSlot();
        Assert.That((model.HasBatchAxis, model.MaxBatchSize), Is.EqualTo((false, 1)));

        foreach (var item in new float[][] { [1, 0, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 5] })
        {
            var wanted = item.Index().Where(each => each.Item != 0).Select(each => (long)each.Index).ToArray();
            slot.Prepare(model.FixedShape!, 1);
            Floats(item).CopyTo(slot.Input(0, 0));
            slot.Run();

            Assert.That(slot.OutputItemShape(0).ToArray(), Is.EqualTo((int[])[1, wanted.Length]));
            Assert.That(MemoryMarshal.Cast<byte, long>(slot.Output(0, 0)).ToArray(), Is.EqualTo(wanted));
        }
    }

    [Test]
    public void Without_an_open_first_axis_the_shapes_are_the_graphs_own()
    {
        using var model = Load(new TinyGraph().Input("x", TensorElementType.Float, 1, 3).Output("y", TensorElementType.Float, 1, 3).Node("Neg", ["x"], "y"));

        Assert.That((model.HasBatchAxis, model.MaxBatchSize), Is.EqualTo((false, 1)));
        Assert.That(model.Inputs[0].ItemShape, Is.EqualTo((int[])[1, 3]));
    }

    [Test]
    public void A_package_can_say_that_the_first_axis_does_not_count_items()
    {
        var file = Save(new TinyGraph().Input("x", TensorElementType.Float, "T", 2).Output("y", TensorElementType.Float, "T", 2).Node("Neg", ["x"], "y"));
        using var model = TestModels.Factory().Load(TestModels.Tensors(maxBatchSize: 1), file);

        Assert.That((model.HasBatchAxis, model.Inputs[0].ItemShape), Is.EqualTo((false, (int[])[-1, 2])).UsingPropertiesComparer());
    }

    [Test]
    public void Open_first_axes_of_different_names_are_no_batch()
    {
        using var model = Load(new TinyGraph().Input("a", TensorElementType.Float, "N", 2).Input("b", TensorElementType.Float, "M", 2)
            .Output("y", TensorElementType.Float, "NM", 2).Node("Add", ["a", "b"], "y"));
        Assert.That(model.HasBatchAxis, Is.False);
    }

    [Test]
    public void A_scalar_input_is_served()
    {
        using var model = Load(new TinyGraph().Input("x", TensorElementType.Int32).Output("y", TensorElementType.Int32).Node("Neg", ["x"], "y"));
        using var slot = model.CreateSlot();
        slot.Prepare(model.FixedShape!, 1);
        BitConverter.TryWriteBytes(slot.Input(0, 0), 7);
        slot.Run();
        Assert.That(BitConverter.ToInt32(slot.Output(0, 0)), Is.EqualTo(-7));
    }

    [Test]
    public void An_item_that_can_not_be_run_fails_and_the_next_is_served()
    {
        using var model = Load(new TinyGraph().Input("a", TensorElementType.Float, "N", "W").Input("b", TensorElementType.Float, "N", "V")
            .Output("y", TensorElementType.Float, "N", "U").Node("Add", ["a", "b"], "y"));
        using var slot = model.CreateSlot();

        slot.Prepare(ItemShape.Of(model.Inputs, [2], [3]), 1);
        Assert.That(slot.Run, Throws.TypeOf<OnnxRuntimeException>());
        slot.Prepare(ItemShape.Of(model.Inputs, [2], [2]), 1);
        Floats(1, 2).CopyTo(slot.Input(0, 0));
        slot.Run();
        Assert.That(Answer(slot, 0, 0), Is.EqualTo((float[])[1, 2]));
    }

    [Test]
    public void Text_is_refused_at_load_by_the_inputs_name() => Assert.That(
        () => Load(new TinyGraph().Input("words", TensorElementType.String, "N").Output("y", TensorElementType.String, "N").Node("Identity", ["words"], "y")),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("words").And.Message.Contains("String"));

    [Test]
    public void A_shape_that_does_not_fit_is_refused_by_the_inputs_name()
    {
        TensorSpec[] inputs = [new("x", TensorElementType.Float, [-1, 3])];

        Assert.That(() => ItemShape.Of(inputs, [2, 4]), Throws.ArgumentException.With.Message.Contains("x"));
        Assert.That(() => ItemShape.Of(inputs, [2]), Throws.ArgumentException.With.Message.Contains("x"));
        Assert.That(() => ItemShape.Of(inputs, [-1, 3]), Throws.ArgumentException.With.Message.Contains("x"));
        Assert.That(() => ItemShape.Of(inputs, [int.MaxValue, 3]), Throws.ArgumentException.With.Message.Contains("2 GiB"));
        Assert.That(() => ItemShape.Of(inputs), Throws.ArgumentException);
        Assert.That(ItemShape.Of(inputs, [2, 3]), Is.EqualTo(ItemShape.Of(inputs, [2, 3])).And.Not.EqualTo(ItemShape.Of(inputs, [3, 3])));
    }

    private OnnxModel Load(TinyGraph graph) => TestModels.Factory().Load(TestModels.Tensors(), Save(graph));

    private string Save(TinyGraph graph)
    {
        files.Add(graph.Save());
        return files[^1];
    }

    private static Span<byte> Floats(params float[] values) => MemoryMarshal.AsBytes(values.AsSpan());

    private static float[] Answer(ExecutionSlot slot, int output, int index) => MemoryMarshal.Cast<byte, float>(slot.Output(output, index)).ToArray();
}
