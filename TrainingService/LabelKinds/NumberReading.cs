using TrainingService.Evaluations;

namespace TrainingService.LabelKinds;

/// <summary>The number that a version gives for a row.</summary>
internal sealed class NumberReading(ServedManifest manifest) : AnswerReading
{
    private readonly NumberCoding coding = new();

    public override IReadOnlyList<string> Classes => [];

    public override LabelCoding Coding => coding;

    public override int Width => 1;

    public override int Encode(string label) => coding.Encode(label);

    public override void Read(ReadOnlySpan<float> answer, Span<float> kept) => kept[0] = manifest.ToNumber(answer);

    public override Answers Collect(int[] labels, float[] kept) => new NumberAnswers(Array.ConvertAll(labels, BitConverter.Int32BitsToSingle), kept);
}
