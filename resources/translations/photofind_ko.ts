<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name>AboutSheet</name>
    <message>
        <source>About PhotoFind</source>
        <translation>PhotoFind 정보</translation>
    </message>
    <message>
        <source>PhotoFind {version}</source>
        <translation>PhotoFind {version}</translation>
    </message>
    <message>
        <source>Find a photo from a sentence, on your own computer.</source>
        <translation>내 컴퓨터에서 문장으로 사진을 찾습니다.</translation>
    </message>
    <message>
        <source>Nothing leaves this computer: your photos, what you search for and what is found stay here. PhotoFind never changes your photos.</source>
        <translation>아무것도 이 컴퓨터를 떠나지 않습니다. 사진, 검색한 말, 찾은 결과가 모두 여기에 머뭅니다. PhotoFind는 사진을 절대 바꾸지 않습니다.</translation>
    </message>
    <message>
        <source>Model: {model}. Runs on: {device}</source>
        <translation>모델: {model}. 실행 장치: {device}</translation>
    </message>
    <message>
        <source>Model: {model}</source>
        <translation>모델: {model}</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>Add a &amp;folder…</source>
        <translation>폴더 추가(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Look at the folders again</source>
        <translation>폴더 다시 살펴보기(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;What is in the library…</source>
        <translation>라이브러리 내용(&amp;W)…</translation>
    </message>
    <message>
        <source>Files set a&amp;side…</source>
        <translation>제외된 파일(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>모델(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Preferences…</source>
        <translation>환경설정(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>끝내기(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>복사(&amp;C)</translation>
    </message>
    <message>
        <source>Copy &amp;path</source>
        <translation>경로 복사(&amp;P)</translation>
    </message>
    <message>
        <source>Pas&amp;te</source>
        <translation>붙여넣기(&amp;T)</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>모두 선택(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Search</source>
        <translation>검색(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Open large</source>
        <translation>크게 보기(&amp;O)</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>Find &amp;similar</source>
        <translation>비슷한 사진 찾기(&amp;S)</translation>
    </message>
    <message>
        <source>Open in the system&apos;s &amp;viewer</source>
        <translation>시스템 뷰어로 열기(&amp;V)</translation>
    </message>
    <message>
        <source>Show in its &amp;folder</source>
        <translation>폴더에서 보기(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Larger photos</source>
        <translation>사진 크게(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Smaller photos</source>
        <translation>사진 작게(&amp;S)</translation>
    </message>
    <message>
        <source>Show the &amp;whole photo</source>
        <translation>사진 전체 보이기(&amp;W)</translation>
    </message>
    <message>
        <source>Side&amp;bar</source>
        <translation>사이드바(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>전체 화면(&amp;F)</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>메뉴</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>단축키(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About PhotoFind</source>
        <translation>PhotoFind 정보(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Library</source>
        <translation>라이브러리(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>편집(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Photo</source>
        <translation>사진(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
</context>
<context>
    <name>Bridge</name>
    <message>
        <source>The search engine ended each time it looked for this; look for something else.</source>
        <translation>이것을 찾을 때마다 검색 엔진이 멈췄습니다. 다른 것을 찾아 보세요.</translation>
    </message>
</context>
<context>
    <name>ChipView</name>
    <message>
        <source>Search for something else</source>
        <translation>다른 것 검색</translation>
    </message>
</context>
<context>
    <name>Counted</name>
    <message numerus="yes">
        <source>%n min left</source>
        <translation>
            <numerusform>%n분 남음</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n h left</source>
        <translation>
            <numerusform>%n시간 남음</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n a second</source>
        <translation>
            <numerusform>초당 %n장</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n a minute</source>
        <translation>
            <numerusform>분당 %n장</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) found</source>
        <translation>
            <numerusform>사진 %Ln장 찾음</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) for “{query}”</source>
        <translation>
            <numerusform>“{query}” 사진 %Ln장</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) for “{query}” in “{folder}”</source>
        <translation>
            <numerusform>“{query}” 사진 %Ln장, “{folder}” 폴더</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) like this one</source>
        <translation>
            <numerusform>이와 비슷한 사진 %Ln장</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) like this one in “{folder}”</source>
        <translation>
            <numerusform>이와 비슷한 사진 %Ln장, “{folder}” 폴더</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n copies</source>
        <translation>
            <numerusform>사본 %n개</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Device</name>
    <message>
        <source>Processor (CPU)</source>
        <translation>프로세서(CPU)</translation>
    </message>
    <message>
        <source>Graphics card (CUDA)</source>
        <translation>그래픽 카드(CUDA)</translation>
    </message>
    <message>
        <source>Graphics processor (MPS)</source>
        <translation>그래픽 프로세서(MPS)</translation>
    </message>
</context>
<context>
    <name>DropHint</name>
    <message>
        <source>Drop to add to PhotoFind</source>
        <translation>놓으면 PhotoFind에 추가합니다</translation>
    </message>
</context>
<context>
    <name>EmptyPane</name>
    <message>
        <source>Nothing leaves this computer.</source>
        <translation>아무것도 이 컴퓨터를 떠나지 않습니다.</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>폴더 추가…</translation>
    </message>
    <message>
        <source>Try it with sample photos</source>
        <translation>예제 사진으로 해 보기</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>다시 살펴보기</translation>
    </message>
    <message>
        <source>Drop folders of photos here</source>
        <translation>사진 폴더를 여기에 놓으세요</translation>
    </message>
    <message>
        <source>Then search them in your own words.</source>
        <translation>그런 다음 원하는 말로 검색하세요.</translation>
    </message>
    <message>
        <source>No photos here</source>
        <translation>여기에는 사진이 없습니다</translation>
    </message>
    <message>
        <source>There are no pictures in this folder, or they are all excluded.</source>
        <translation>이 폴더에 사진이 없거나 모두 건너뛰도록 설정되어 있습니다.</translation>
    </message>
    <message>
        <source>Everything is offline</source>
        <translation>모두 오프라인입니다</translation>
    </message>
    <message>
        <source>Connect the drive that your photos are on, then look again.</source>
        <translation>사진이 있는 드라이브를 연결한 다음 다시 살펴보세요.</translation>
    </message>
    <message>
        <source>Looking for photos</source>
        <translation>사진을 찾는 중</translation>
    </message>
    <message>
        <source>They appear here as they are found; you can search at once.</source>
        <translation>찾는 대로 여기에 나타나며 바로 검색할 수 있습니다.</translation>
    </message>
    <message>
        <source>Nothing new</source>
        <translation>새로운 사진이 없습니다</translation>
    </message>
    <message>
        <source>Photos that were added lately appear here.</source>
        <translation>최근에 추가된 사진이 여기에 나타납니다.</translation>
    </message>
</context>
<context>
    <name>Error</name>
    <message>
        <source>There is no folder {folder}.</source>
        <translation>{folder} 폴더가 없습니다.</translation>
    </message>
    <message>
        <source>{file} is not a folder; give the folder that it lies in.</source>
        <translation>{file}은(는) 폴더가 아닙니다. 이 파일이 들어 있는 폴더를 지정하세요.</translation>
    </message>
    <message>
        <source>{file} is not a folder; name the folder that it is in.</source>
        <translation>{file}은(는) 폴더가 아닙니다. 이 파일이 들어 있는 폴더를 지정하세요.</translation>
    </message>
    <message>
        <source>{folder} is not there; check the path, or connect its drive.</source>
        <translation>{folder} 폴더가 없습니다. 경로를 확인하거나 드라이브를 연결하세요.</translation>
    </message>
    <message>
        <source>{folder} does not answer; check its drive and try again.</source>
        <translation>{folder} 폴더가 응답하지 않습니다. 드라이브를 확인하고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>You may not read {folder}; change its permissions and try again.</source>
        <translation>{folder} 폴더를 읽을 권한이 없습니다. 권한을 바꾸고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>{folder} cannot be read ({detail}); check its drive and try again.</source>
        <translation>{folder} 폴더를 읽을 수 없습니다({detail}). 드라이브를 확인하고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>There is no file {file}.</source>
        <translation>{file} 파일이 없습니다.</translation>
    </message>
    <message>
        <source>This photo has not been read yet; try again in a moment.</source>
        <translation>이 사진은 아직 읽지 않았습니다. 잠시 후 다시 시도하세요.</translation>
    </message>
    <message>
        <source>A search needs words or a picture.</source>
        <translation>검색하려면 말이나 사진이 필요합니다.</translation>
    </message>
    <message>
        <source>The search failed because of a mistake in PhotoFind.</source>
        <translation>PhotoFind의 오류로 검색하지 못했습니다.</translation>
    </message>
    <message>
        <source>PhotoFind made a mistake ({kind}); {log} says more.</source>
        <translation>PhotoFind에 오류가 있었습니다({kind}). 자세한 내용은 {log}에 있습니다.</translation>
    </message>
    <message>
        <source>The library could not be opened because of a mistake in PhotoFind; {log} says more.</source>
        <translation>PhotoFind의 오류로 라이브러리를 열지 못했습니다. 자세한 내용은 {log}에 있습니다.</translation>
    </message>
    <message>
        <source>The background worker has ended.</source>
        <translation>검색 엔진이 끝났습니다.</translation>
    </message>
    <message>
        <source>The background worker does not answer.</source>
        <translation>검색 엔진이 응답하지 않습니다.</translation>
    </message>
    <message>
        <source>The background worker ended before it answered.</source>
        <translation>검색 엔진이 대답하기 전에 끝났습니다.</translation>
    </message>
    <message>
        <source>The background worker {detail} and was ended; try again.</source>
        <translation>검색 엔진이 응답하지 않아 끝냈습니다({detail}). 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The background worker did not start; {log} may say why, and `photofind doctor` looks at what it needs.</source>
        <translation>검색 엔진이 시작되지 않았습니다. 까닭은 {log}에 있을 수 있으며, 필요한 것은 `photofind doctor`로 살펴볼 수 있습니다.</translation>
    </message>
    <message>
        <source>A newer PhotoFind has this library open; close it first.</source>
        <translation>더 새로운 PhotoFind가 이 라이브러리를 열고 있습니다. 먼저 그것을 닫으세요.</translation>
    </message>
    <message>
        <source>The worker was sent something it does not understand: {detail}</source>
        <translation>검색 엔진이 알 수 없는 요청을 받았습니다: {detail}</translation>
    </message>
    <message>
        <source>The worker sent something unknown: {detail}</source>
        <translation>검색 엔진이 알 수 없는 답을 보냈습니다: {detail}</translation>
    </message>
    <message>
        <source>The process that decodes pictures does not start; install PhotoFind again. {detail}</source>
        <translation>사진을 여는 프로세스가 시작되지 않습니다. PhotoFind를 다시 설치하세요. {detail}</translation>
    </message>
    <message>
        <source>The disk reported an error at {file} ({detail}). Look at the disk, then try again.</source>
        <translation>{file}에서 디스크 오류가 났습니다({detail}). 디스크를 살펴보고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>{file} cannot be opened ({detail}). See that you may read and write it and its folder.</source>
        <translation>{file}을(를) 열 수 없습니다({detail}). 이 파일과 폴더를 읽고 쓸 권한이 있는지 확인하세요.</translation>
    </message>
    <message>
        <source>Another program keeps {file} busy. Close it, or wait, then try again.</source>
        <translation>다른 프로그램이 {file}을(를) 쓰고 있습니다. 그 프로그램을 닫거나 기다린 뒤 다시 시도하세요.</translation>
    </message>
    <message>
        <source>{file} cannot be used: {detail}.</source>
        <translation>{file}을(를) 쓸 수 없습니다: {detail}.</translation>
    </message>
    <message>
        <source>The library cannot be at {place}: something else is in that place. Choose another folder with --library, or move what is there.</source>
        <translation>{place}에는 다른 것이 있어 라이브러리를 둘 수 없습니다. --library로 다른 폴더를 고르거나, 그 자리에 있는 것을 옮기세요.</translation>
    </message>
    <message>
        <source>The catalog {file} is from an older PhotoFind. It is brought up to date the next time folders are indexed; then try again.</source>
        <translation>카탈로그 {file}은(는) 이전 PhotoFind에서 만든 것입니다. 다음에 폴더를 색인할 때 새로워지니 그 뒤에 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The built-in model is missing from this installation; install PhotoFind again, or name another model with --model.</source>
        <translation>이 설치에는 내장 모델이 없습니다. PhotoFind를 다시 설치하거나 --model로 다른 모델을 지정하세요.</translation>
    </message>
    <message>
        <source>open_clip is not installed; install PhotoFind again.</source>
        <translation>open_clip이 설치되어 있지 않습니다. PhotoFind를 다시 설치하세요.</translation>
    </message>
    <message>
        <source>{package} cannot be imported; install PhotoFind again in a fresh environment ({detail}).</source>
        <translation>{package}을(를) 불러올 수 없습니다. 새 환경에 PhotoFind를 다시 설치하세요({detail}).</translation>
    </message>
    <message>
        <source>This model&apos;s words need the package transformers: pip install transformers sentencepiece.</source>
        <translation>이 모델로 말을 읽으려면 transformers 패키지가 필요합니다: pip install transformers sentencepiece.</translation>
    </message>
    <message>
        <source>Models are not fetched from the Hugging Face hub; download the model&apos;s folder and name it as {kind}:FOLDER.</source>
        <translation>모델은 Hugging Face 허브에서 가져오지 않습니다. 모델 폴더를 내려받아 {kind}:FOLDER로 지정하세요.</translation>
    </message>
    <message>
        <source>There is no model architecture named {architecture}. Did you mean {near}?</source>
        <translation>{architecture}이라는 모델 구조는 없습니다. {near}을(를) 찾으셨나요?</translation>
    </message>
    <message>
        <source>There is no model architecture named {architecture}. See open_clip&apos;s list of architectures.</source>
        <translation>{architecture}이라는 모델 구조는 없습니다. open_clip의 구조 목록을 보세요.</translation>
    </message>
    <message>
        <source>{architecture} has no pretrained weights named {source}, and there is no such file. Known: {known}.</source>
        <translation>{architecture}에는 {source}이라는 학습된 가중치가 없고, 그런 파일도 없습니다. 알려진 가중치: {known}.</translation>
    </message>
    <message>
        <source>There is no model folder {folder}; check its path, connect its drive, or choose another model.</source>
        <translation>{folder} 모델 폴더가 없습니다. 경로를 확인하거나, 드라이브를 연결하거나, 다른 모델을 선택하세요.</translation>
    </message>
    <message>
        <source>{folder} is not an open_clip model: it has no {config}. Name a folder that has one beside its weights.</source>
        <translation>{folder}에는 {config}이(가) 없어 open_clip 모델이 아닙니다. 가중치 옆에 이 파일이 있는 폴더를 지정하세요.</translation>
    </message>
    <message>
        <source>{file} is a folder; a model&apos;s folder is named as {kind}:{file}.</source>
        <translation>{file}은(는) 폴더입니다. 모델 폴더는 {kind}:{file}로 지정합니다.</translation>
    </message>
    <message>
        <source>There is no model file {file}; check its path, connect its drive, or choose another model.</source>
        <translation>{file} 모델 파일이 없습니다. 경로를 확인하거나, 드라이브를 연결하거나, 다른 모델을 선택하세요.</translation>
    </message>
    <message>
        <source>The model folder {folder} has no weights in it.</source>
        <translation>모델 폴더 {folder}에 가중치가 없습니다.</translation>
    </message>
    <message>
        <source>The model configuration {file} cannot be read: {detail}.</source>
        <translation>모델 설정 {file}을(를) 읽을 수 없습니다: {detail}.</translation>
    </message>
    <message>
        <source>The model configuration {file} is not a table of settings.</source>
        <translation>모델 설정 {file}의 내용이 설정 표가 아닙니다.</translation>
    </message>
    <message>
        <source>The model configuration in {folder} describes no network.</source>
        <translation>{folder}의 모델 설정에 신경망이 적혀 있지 않습니다.</translation>
    </message>
    <message>
        <source>The weights of {model} are not on this computer. Fetch the model first, or name a checkpoint file as {architecture}:FILE.</source>
        <translation>{model}의 가중치가 이 컴퓨터에 없습니다. 먼저 모델을 내려받거나, 체크포인트 파일을 {architecture}:FILE로 지정하세요.</translation>
    </message>
    <message>
        <source>The vocabulary of {model} is not on this computer, and no part of its weights: fetch {vocabulary} from Hugging Face into its cache first.</source>
        <translation>{model}의 어휘가 이 컴퓨터에 없으며 가중치에도 들어 있지 않습니다. 먼저 Hugging Face에서 {vocabulary}을(를) 캐시로 내려받으세요.</translation>
    </message>
    <message>
        <source>The vocabulary of {model} cannot be read; the files of its tokenizer are missing or damaged ({detail}).</source>
        <translation>{model}의 어휘를 읽을 수 없습니다. 토크나이저 파일이 없거나 손상되었습니다({detail}).</translation>
    </message>
    <message>
        <source>What {model} asks to be done with pictures makes no sense; see preprocess_cfg in its {config} ({detail}).</source>
        <translation>{model}이(가) 요구하는 사진 처리 방식이 맞지 않습니다. {config}의 preprocess_cfg를 보세요({detail}).</translation>
    </message>
    <message>
        <source>Models for pictures of {width} x {height} are not supported.</source>
        <translation>{width} x {height} 크기의 사진을 쓰는 모델은 지원하지 않습니다.</translation>
    </message>
    <message>
        <source>The network of {model} cannot be built: {detail}.</source>
        <translation>{model}의 신경망을 만들 수 없습니다: {detail}.</translation>
    </message>
    <message>
        <source>The model file {file} cannot be read: {detail}.</source>
        <translation>모델 파일 {file}을(를) 읽을 수 없습니다: {detail}.</translation>
    </message>
    <message>
        <source>The model file {file} is damaged or incomplete; fetch it again ({detail}).</source>
        <translation>모델 파일 {file}이(가) 손상되었거나 완전하지 않습니다. 다시 내려받으세요({detail}).</translation>
    </message>
    <message>
        <source>The model file {file} is damaged or incomplete; fetch it again.</source>
        <translation>모델 파일 {file}이(가) 손상되었거나 완전하지 않습니다. 다시 내려받으세요.</translation>
    </message>
    <message>
        <source>The model file {file} is damaged, or holds more than weights and is not opened for safety; use a safetensors file.</source>
        <translation>모델 파일 {file}이(가) 손상되었거나, 가중치가 아닌 것이 들어 있어 안전을 위해 열지 않았습니다. safetensors 파일을 쓰세요.</translation>
    </message>
    <message>
        <source>The model file {file} is a TorchScript program, not only weights, and is not run for safety; use a safetensors file.</source>
        <translation>모델 파일 {file}은(는) 가중치만이 아니라 TorchScript 프로그램이어서 안전을 위해 실행하지 않았습니다. safetensors 파일을 쓰세요.</translation>
    </message>
    <message>
        <source>The weights in {file} are not those of {architecture}; name the architecture that they were made for ({detail}).</source>
        <translation>{file}의 가중치는 {architecture}의 것이 아닙니다. 이 가중치에 맞는 모델 구조를 지정하세요({detail}).</translation>
    </message>
    <message>
        <source>The model&apos;s weights give no usable vectors; its file is damaged or incomplete.</source>
        <translation>모델의 가중치가 쓸 수 있는 벡터를 내지 않습니다. 파일이 손상되었거나 완전하지 않습니다.</translation>
    </message>
    <message>
        <source>There is no device {device}; choose one of {known}.</source>
        <translation>{device}이라는 장치는 없습니다. 다음 가운데 고르세요: {known}.</translation>
    </message>
    <message>
        <source>{detail} Use --device cpu, or auto.</source>
        <translation>{detail} --device cpu나 auto를 쓰세요.</translation>
    </message>
    <message>
        <source>The device {device} gives other vectors than the CPU; use --device cpu.</source>
        <translation>{device} 장치가 내는 벡터가 CPU와 다릅니다. --device cpu를 쓰세요.</translation>
    </message>
    <message>
        <source>The graphics card has too little memory for this model; use --device cpu.</source>
        <translation>이 모델을 쓰기에는 그래픽 카드의 메모리가 모자랍니다. --device cpu를 쓰세요.</translation>
    </message>
    <message>
        <source>There is no space left on the disk of the library. Make room, then try again.</source>
        <translation>라이브러리가 있는 디스크에 남은 공간이 없습니다. 공간을 비운 다음 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The library may not be written by you. Photos can be looked at and searched, but nothing new is added.</source>
        <translation>라이브러리에 쓸 권한이 없습니다. 사진을 보고 검색할 수는 있지만 새로 추가되지는 않습니다.</translation>
    </message>
    <message>
        <source>This library was made by a newer PhotoFind. Install the newest version to open it.</source>
        <translation>이 라이브러리는 더 새로운 PhotoFind가 만들었습니다. 열려면 최신 버전을 설치하세요.</translation>
    </message>
    <message>
        <source>The library&apos;s catalog is damaged. Your photos are untouched; “photofind doctor” in a terminal says what can be done.</source>
        <translation>라이브러리의 카탈로그가 손상되었습니다. 사진은 그대로입니다. 터미널에서 “photofind doctor”를 실행하면 할 수 있는 일을 알려 줍니다.</translation>
    </message>
    <message>
        <source>PhotoFind made a mistake ({kind}). It goes on; the log says more.</source>
        <translation>PhotoFind에 오류가 생겼습니다({kind}). 계속 쓸 수 있으며 자세한 내용은 로그에 있습니다.</translation>
    </message>
</context>
<context>
    <name>FactsPanel</name>
    <message>
        <source>Facts</source>
        <translation>정보</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>찍은 때</translation>
    </message>
    <message>
        <source>File date</source>
        <translation>파일 날짜</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>카메라</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>노출</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>장소</translation>
    </message>
    <message>
        <source>Its folder is offline.</source>
        <translation>폴더가 오프라인입니다.</translation>
    </message>
    <message>
        <source>The file is gone.</source>
        <translation>파일이 없어졌습니다.</translation>
    </message>
    <message>
        <source>Also at</source>
        <translation>다른 위치</translation>
    </message>
    <message>
        <source>File</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>{number} MP</source>
        <extracomment>millions of pixels</extracomment>
        <translation>{number}MP</translation>
    </message>
</context>
<context>
    <name>FolderActions</name>
    <message>
        <source>Add a folder of photos</source>
        <translation>사진 폴더 추가</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>PhotoFind keeps whole folders. Add {names}, where these photos are?</source>
        <translation>PhotoFind는 폴더 단위로 관리합니다. 이 사진들이 있는 {names} 폴더를 추가할까요?</translation>
    </message>
    <message numerus="yes">
        <source>Add the %n folder(s)</source>
        <translation>
            <numerusform>폴더 %n개 추가</numerusform>
        </translation>
    </message>
    <message>
        <source>There are no photos or folders in what was dropped.</source>
        <translation>놓은 것에 사진이나 폴더가 없습니다.</translation>
    </message>
    <message>
        <source>Look at it again</source>
        <translation>다시 살펴보기</translation>
    </message>
    <message>
        <source>Show in the file manager</source>
        <translation>파일 관리자에서 보기</translation>
    </message>
    <message>
        <source>Remove from PhotoFind…</source>
        <translation>PhotoFind에서 제거…</translation>
    </message>
    <message>
        <source>Remove a folder</source>
        <translation>폴더 제거</translation>
    </message>
    <message>
        <source>Remove “{name}” from PhotoFind?</source>
        <translation>“{name}” 폴더를 PhotoFind에서 제거할까요?</translation>
    </message>
    <message numerus="yes">
        <source>Its %Ln photo(s) can no longer be found here. The files stay where they are.</source>
        <translation>
            <numerusform>이 폴더의 사진 %Ln장을 더는 여기에서 찾을 수 없습니다. 파일은 제자리에 그대로 있습니다.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Their small pictures, and whatever else PhotoFind knows of them, are kept for %n day(s), so that the folder can be brought back without being read again.</source>
        <translation>
            <numerusform>폴더를 되돌릴 때 사진을 다시 읽지 않도록, 작은 사진을 비롯해 PhotoFind가 아는 내용을 %n일 동안 보관합니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Keep nothing: forget them now</source>
        <translation>보관하지 않고 지금 모두 지우기</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>“{name}” was removed.</source>
        <translation>“{name}” 폴더를 제거했습니다.</translation>
    </message>
    <message>
        <source>Bring it back</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Menu</source>
        <translation>메뉴</translation>
    </message>
    <message>
        <source>Show or hide the sidebar</source>
        <translation>사이드바 보이기/숨기기</translation>
    </message>
    <message>
        <source>Size of the photos</source>
        <translation>사진 크기</translation>
    </message>
</context>
<context>
    <name>KeysSheet</name>
    <message>
        <source>Keys</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>to the search field</source>
        <translation>검색창으로</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>아래쪽 화살표</translation>
    </message>
    <message>
        <source>from the field to the first photo</source>
        <translation>검색창에서 첫 사진으로</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>select none; clear the search</source>
        <translation>선택 해제, 검색 지우기</translation>
    </message>
    <message>
        <source>Arrows, Page, Home, End</source>
        <translation>화살표, Page, Home, End</translation>
    </message>
    <message>
        <source>move; with Shift select</source>
        <translation>이동, Shift와 함께 선택</translation>
    </message>
    <message>
        <source>select all</source>
        <translation>모두 선택</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>open large</source>
        <translation>크게 보기</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>스페이스</translation>
    </message>
    <message>
        <source>peek, again to close</source>
        <translation>살짝 보기, 다시 누르면 닫기</translation>
    </message>
    <message>
        <source>find similar</source>
        <translation>비슷한 사진 찾기</translation>
    </message>
    <message>
        <source>facts, in the large view</source>
        <translation>크게 보기에서 정보</translation>
    </message>
    <message>
        <source>zoom, in the large view</source>
        <translation>크게 보기에서 확대, 축소</translation>
    </message>
    <message>
        <source>search for what was copied</source>
        <translation>복사한 것으로 검색</translation>
    </message>
    <message>
        <source>add a folder</source>
        <translation>폴더 추가</translation>
    </message>
    <message>
        <source>look at the folders again</source>
        <translation>폴더 다시 살펴보기</translation>
    </message>
    <message>
        <source>open in the system&apos;s viewer</source>
        <translation>시스템 뷰어로 열기</translation>
    </message>
    <message>
        <source>show in its folder</source>
        <translation>폴더에서 보기</translation>
    </message>
    <message>
        <source>copy picture and path</source>
        <translation>사진과 경로 복사</translation>
    </message>
    <message>
        <source>copy path</source>
        <translation>경로 복사</translation>
    </message>
    <message>
        <source>larger, smaller photos</source>
        <translation>사진 크게, 작게</translation>
    </message>
    <message>
        <source>sidebar, full screen</source>
        <translation>사이드바, 전체 화면</translation>
    </message>
    <message>
        <source>preferences, this page</source>
        <translation>환경설정, 이 화면</translation>
    </message>
</context>
<context>
    <name>LedgerSheet</name>
    <message>
        <source>What is in the library</source>
        <translation>라이브러리 내용</translation>
    </message>
    <message>
        <source>Ready to be found</source>
        <translation>검색할 수 있음</translation>
    </message>
    <message>
        <source>Waiting to be read</source>
        <translation>읽기를 기다리는 중</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>제외됨</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>오프라인</translation>
    </message>
    <message>
        <source>Only in the cloud</source>
        <translation>클라우드에만 있음</translation>
    </message>
    <message>
        <source>Files in all</source>
        <translation>전체 파일</translation>
    </message>
    <message numerus="yes">
        <source>They are %Ln photo(s): copies of the same picture are shown once.</source>
        <translation>
            <numerusform>사진으로는 %Ln장입니다. 같은 사진의 사본은 한 번만 보입니다.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Close this message</source>
        <translation>이 메시지 닫기</translation>
    </message>
</context>
<context>
    <name>Model</name>
    <message>
        <source>Built-in model</source>
        <translation>내장 모델</translation>
    </message>
    <message>
        <source>Built-in model (basic)</source>
        <translation>내장 모델(간이)</translation>
    </message>
    <message>
        <source>Comes with PhotoFind: small and fast, finds everyday things, knows few names.</source>
        <translation>PhotoFind에 들어 있습니다. 작고 빠르며 흔한 것을 찾지만 고유한 이름은 거의 모릅니다.</translation>
    </message>
    <message>
        <source>A good first choice: quick on any computer and far better than the built-in model.</source>
        <translation>처음 고르기에 좋습니다. 어느 컴퓨터에서나 빠르고 내장 모델보다 훨씬 잘 찾습니다.</translation>
    </message>
    <message>
        <source>As quick as CLIP gets, trained on two billion captioned pictures.</source>
        <translation>CLIP 가운데 가장 빠르며, 설명이 달린 그림 20억 장으로 학습했습니다.</translation>
    </message>
    <message>
        <source>Sees finer detail than B/32 and takes three times as long.</source>
        <translation>B/32보다 세밀하게 보지만 시간이 세 배 걸립니다.</translation>
    </message>
    <message>
        <source>Very good results; wants a graphics card or patience.</source>
        <translation>결과가 매우 좋습니다. 그래픽 카드나 인내심이 필요합니다.</translation>
    </message>
    <message>
        <source>Large and strong; for computers with a graphics card.</source>
        <translation>크고 강력합니다. 그래픽 카드가 있는 컴퓨터에 맞습니다.</translation>
    </message>
    <message>
        <source>Follows whole sentences better than CLIP of the same size; English.</source>
        <translation>같은 크기의 CLIP보다 문장 전체를 더 잘 따릅니다. 영어만 이해합니다.</translation>
    </message>
    <message>
        <source>Understands many languages at the cost of SigLIP B/16.</source>
        <translation>SigLIP B/16만큼의 시간으로 여러 언어를 이해합니다.</translation>
    </message>
    <message>
        <source>The quickest of the models that understand many languages.</source>
        <translation>여러 언어를 이해하는 모델 가운데 가장 빠릅니다.</translation>
    </message>
    <message>
        <source>Many languages and very good results; about four times the work of B/32.</source>
        <translation>여러 언어를 이해하고 결과가 매우 좋습니다. B/32보다 네 배쯤 오래 걸립니다.</translation>
    </message>
    <message>
        <source>Among the best there is, in many languages; for computers with a graphics card.</source>
        <translation>여러 언어에서 가장 뛰어난 축에 듭니다. 그래픽 카드가 있는 컴퓨터에 맞습니다.</translation>
    </message>
    <message>
        <source>Understands about a hundred languages and reads photos as quickly as CLIP B/32.</source>
        <translation>백 개쯤의 언어를 이해하고 사진은 CLIP B/32만큼 빨리 읽습니다.</translation>
    </message>
    <message>
        <source>A model of your own.</source>
        <translation>직접 마련한 모델입니다.</translation>
    </message>
    <message>
        <source>Many languages</source>
        <translation>여러 언어</translation>
    </message>
    <message>
        <source>English</source>
        <translation>영어</translation>
    </message>
    <message>
        <source>Languages not known</source>
        <translation>언어를 알 수 없음</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>불러오는 중…</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>사용 중</translation>
    </message>
    <message>
        <source>Not on this computer</source>
        <translation>이 컴퓨터에 없음</translation>
    </message>
    <message>
        <source>{model}, basic</source>
        <translation>{model}, 간이</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>이 컴퓨터에 있음</translation>
    </message>
</context>
<context>
    <name>ModelChoice</name>
    <message>
        <source>The search engine ended while it loaded this model.</source>
        <translation>이 모델을 불러오는 동안 검색 엔진이 멈췄습니다.</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Command for a model that you have as a file</source>
        <translation>파일로 가진 모델을 쓰는 명령</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>이 모델 쓰기</translation>
    </message>
    <message>
        <source>The model tells which photos fit your words. Another one reads all photos again; what was read before is kept, so that going back costs nothing.</source>
        <translation>모델은 어떤 사진이 말에 맞는지 판단합니다. 다른 모델로 바꾸면 모든 사진을 다시 읽습니다. 앞서 읽은 것은 남아 있어 언제든 바로 되돌아갈 수 있습니다.</translation>
    </message>
    <message>
        <source>A model that was fetched elsewhere is named once, in a terminal; from then on it stands in this list:</source>
        <translation>다른 곳에서 내려받은 모델은 터미널에서 한 번만 지정하면 그때부터 이 목록에 나옵니다.</translation>
    </message>
    <message>
        <source>No model is good at everything: words inside a picture mislead it, it hardly counts, it does not understand “no” or “without”, and it keeps one vector for a whole picture, so that small things are missed.</source>
        <translation>어느 모델이나 약점이 있습니다. 사진 속 글자에 이끌리고, 수를 거의 세지 못하며, ‘없는’이나 ‘빼고’ 같은 말을 이해하지 못합니다. 또 사진 한 장 전체를 벡터 하나로 나타내므로 작은 것은 놓칩니다.</translation>
    </message>
    <message>
        <source>This model is in use now. Photos that it has not read yet are read again; what was read with the one before is kept.</source>
        <translation>이제 이 모델을 씁니다. 이 모델이 아직 읽지 않은 사진을 다시 읽으며, 앞의 모델로 읽은 것은 남아 있습니다.</translation>
    </message>
    <message>
        <source>The model was not changed. {reason}</source>
        <translation>모델을 바꾸지 않았습니다. {reason}</translation>
    </message>
</context>
<context>
    <name>PhotoActions</name>
    <message>
        <source>The system has no program that opens “{name}”.</source>
        <translation>“{name}” 파일을 여는 프로그램이 시스템에 없습니다.</translation>
    </message>
    <message>
        <source>The system&apos;s file manager did not answer.</source>
        <translation>시스템의 파일 관리자가 응답하지 않았습니다.</translation>
    </message>
    <message>
        <source>“{name}” cannot be reached: its drive is offline, or it was moved.</source>
        <translation>“{name}” 파일에 접근할 수 없습니다. 드라이브가 오프라인이거나 파일이 옮겨졌습니다.</translation>
    </message>
</context>
<context>
    <name>PhotoGrid</name>
    <message>
        <source>Photos</source>
        <translation>사진</translation>
    </message>
    <message numerus="yes">
        <source>Show %n more</source>
        <translation>
            <numerusform>%n장 더 보기</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Show %n weaker matches</source>
        <translation>
            <numerusform>덜 맞는 사진 %n장 보기</numerusform>
        </translation>
    </message>
    <message>
        <source>Hide weaker matches</source>
        <translation>덜 맞는 사진 숨기기</translation>
    </message>
    <message>
        <source>The nearest photos</source>
        <translation>가장 가까운 사진</translation>
    </message>
    <message>
        <source>More</source>
        <translation>더 보기</translation>
    </message>
    <message>
        <source>Find similar</source>
        <translation>비슷한 사진 찾기</translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) selected</source>
        <translation>
            <numerusform>사진 %Ln장 선택됨</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>환경설정</translation>
    </message>
    <message>
        <source>*.tmp
Screenshots</source>
        <translation>*.tmp
스크린샷</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>건너뛰기</translation>
    </message>
    <message>
        <source>Show the whole photo in its cell</source>
        <translation>칸 안에 사진 전체 보이기</translation>
    </message>
    <message>
        <source>Size of the photos</source>
        <translation>사진 크기</translation>
    </message>
    <message>
        <source>That of the system</source>
        <translation>시스템 언어</translation>
    </message>
    <message>
        <source>Skip:</source>
        <translation>건너뛰기:</translation>
    </message>
    <message>
        <source>Names of files or folders, one a line; * stands for anything.</source>
        <translation>파일이나 폴더 이름을 한 줄에 하나씩 적습니다. *는 무엇이든 뜻합니다.</translation>
    </message>
    <message>
        <source>Photos:</source>
        <translation>사진:</translation>
    </message>
    <message>
        <source>Size:</source>
        <translation>크기:</translation>
    </message>
    <message>
        <source>Language:</source>
        <translation>언어:</translation>
    </message>
    <message>
        <source>A new language is used from the next start on.</source>
        <translation>새 언어는 다음에 시작할 때부터 쓰입니다.</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>모델…</translation>
    </message>
    <message>
        <source>not loaded yet</source>
        <translation>아직 불러오지 않음</translation>
    </message>
    <message>
        <source>Model:</source>
        <translation>모델:</translation>
    </message>
    <message>
        <source>Runs on:</source>
        <translation>실행 장치:</translation>
    </message>
</context>
<context>
    <name>Reason</name>
    <message>
        <source>The file is empty.</source>
        <translation>파일이 비어 있습니다.</translation>
    </message>
    <message>
        <source>The file is not a picture, whatever its name says.</source>
        <translation>이름과 달리 사진 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>The picture is cut off; copy it again from where it came.</source>
        <translation>사진이 중간에 잘렸습니다. 원래 있던 곳에서 다시 복사하세요.</translation>
    </message>
    <message>
        <source>The picture is damaged and cannot be read.</source>
        <translation>사진이 손상되어 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>The picture has more pixels than this computer&apos;s memory allows.</source>
        <translation>사진의 픽셀 수가 이 컴퓨터의 메모리로 감당할 수 있는 것보다 많습니다.</translation>
    </message>
    <message>
        <source>This kind of picture cannot be read yet.</source>
        <translation>이 종류의 사진은 아직 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>You may not read this file; change its permissions and try again.</source>
        <translation>이 파일을 읽을 권한이 없습니다. 권한을 바꾼 다음 다시 시도하세요.</translation>
    </message>
    <message>
        <source>This is not an ordinary file.</source>
        <translation>일반 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>The file went away while it was being read.</source>
        <translation>읽는 동안 파일이 사라졌습니다.</translation>
    </message>
    <message>
        <source>The disk reported an error while the file was being read.</source>
        <translation>파일을 읽는 동안 디스크에서 오류가 났습니다.</translation>
    </message>
    <message>
        <source>Reading this file crashed the picture decoder twice.</source>
        <translation>이 파일을 읽다가 사진 디코더가 두 번 멈췄습니다.</translation>
    </message>
    <message>
        <source>Reading this file took too long and was stopped.</source>
        <translation>이 파일을 읽는 데 너무 오래 걸려 중단했습니다.</translation>
    </message>
    <message>
        <source>Indexing crashed twice while this file was read.</source>
        <translation>이 파일을 읽는 동안 색인이 두 번 비정상 종료되었습니다.</translation>
    </message>
    <message>
        <source>The model gave no usable answer for this picture.</source>
        <translation>모델이 이 사진에 대해 쓸 수 있는 결과를 내지 못했습니다.</translation>
    </message>
    <message>
        <source>The file could not be read.</source>
        <translation>파일을 읽을 수 없었습니다.</translation>
    </message>
</context>
<context>
    <name>Reports</name>
    <message>
        <source>Models…</source>
        <translation>모델…</translation>
    </message>
    <message>
        <source>Indexing was stopped. What is not read yet cannot be searched.</source>
        <translation>색인을 멈췄습니다. 아직 읽지 않은 사진은 검색되지 않습니다.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>You may not read these folders; they are left out: {names}</source>
        <translation>읽을 권한이 없는 폴더라서 제외합니다: {names}</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <source>Nothing here looks like “{query}”.</source>
        <translation>“{query}”에 맞는 사진이 없습니다.</translation>
    </message>
    <message>
        <source>Nothing else here looks like this picture.</source>
        <translation>이 사진과 비슷한 다른 사진이 없습니다.</translation>
    </message>
    <message>
        <source>The nearest there is</source>
        <translation>그나마 가까운 사진</translation>
    </message>
    <message>
        <source>weaker matches</source>
        <translation>덜 맞는 사진</translation>
    </message>
</context>
<context>
    <name>ResultsBar</name>
    <message>
        <source>Relevance</source>
        <translation>관련도순</translation>
    </message>
    <message>
        <source>Best matches first</source>
        <translation>잘 맞는 것부터</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>날짜순</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>최신부터</translation>
    </message>
</context>
<context>
    <name>SearchField</name>
    <message>
        <source>Search your photos</source>
        <translation>사진 검색</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>검색 지우기</translation>
    </message>
    <message>
        <source>Like this picture</source>
        <translation>이 사진과 비슷한 것</translation>
    </message>
    <message>
        <source>Like {name}</source>
        <translation>{name} 파일과 비슷한 것</translation>
    </message>
    <message>
        <source>Search in “{folder}”</source>
        <translation>“{folder}”에서 검색</translation>
    </message>
    <message>
        <source>Search your photos: “a dog in the snow”, or drop a picture here</source>
        <translation>사진 검색: “눈 속의 개”, 또는 여기에 사진을 놓으세요</translation>
    </message>
</context>
<context>
    <name>Searching</name>
    <message>
        <source>Like this photo</source>
        <translation>이 사진과 비슷한 것</translation>
    </message>
    <message>
        <source>The model in use understands English only; other languages find little with it.</source>
        <translation>지금 쓰는 모델은 영어만 이해합니다. 다른 언어로는 잘 찾지 못합니다.</translation>
    </message>
    <message>
        <source>This is the small model that comes with PhotoFind. It knows everyday things; what it does not know it may miss.</source>
        <translation>PhotoFind에 들어 있는 작은 모델입니다. 흔한 것은 알지만 모르는 것은 놓칠 수 있습니다.</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>모델…</translation>
    </message>
    <message>
        <source>Like {name}</source>
        <translation>{name} 파일과 비슷한 것</translation>
    </message>
</context>
<context>
    <name>SelectionCount</name>
    <message numerus="yes">
        <source>%Ln photo(s) selected</source>
        <translation>
            <numerusform>사진 %Ln장 선택됨</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SetAsideDialog</name>
    <message>
        <source>Files set aside</source>
        <translation>제외된 파일</translation>
    </message>
    <message>
        <source>These files could not be read as photos. Everything else goes on without them.</source>
        <translation>사진으로 읽을 수 없었던 파일입니다. 나머지는 문제없이 계속됩니다.</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>폴더에서 보기</translation>
    </message>
    <message>
        <source>Nothing is set aside: every file could be read.</source>
        <translation>제외된 파일이 없습니다. 모든 파일을 읽을 수 있었습니다.</translation>
    </message>
    <message numerus="yes">
        <source>Try %n file(s) again</source>
        <translation>
            <numerusform>파일 %n개 다시 시도</numerusform>
        </translation>
    </message>
    <message>
        <source>Try all again</source>
        <translation>모두 다시 시도</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Library</source>
        <translation>라이브러리</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>폴더 추가…</translation>
    </message>
    <message numerus="yes">
        <source>%Ln set aside</source>
        <translation>
            <numerusform>제외된 파일 %Ln개</numerusform>
        </translation>
    </message>
    <message>
        <source>Files that could not be read, and why</source>
        <translation>읽을 수 없었던 파일과 그 이유</translation>
    </message>
</context>
<context>
    <name>SidebarModel</name>
    <message>
        <source>offline</source>
        <translation>오프라인</translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>사진 %Ln장</numerusform>
        </translation>
    </message>
    <message>
        <source>All photos</source>
        <translation>모든 사진</translation>
    </message>
    <message>
        <source>Recently added</source>
        <translation>최근 추가됨</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>{folder}
Offline</source>
        <translation>{folder}
오프라인</translation>
    </message>
    <message>
        <source>{folder}
Offline, last seen {day}</source>
        <translation>{folder}
오프라인, 마지막 연결 {day}</translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message>
        <source>The search engine stopped; starting it again</source>
        <translation>검색 엔진이 멈춰 다시 시작하는 중</translation>
    </message>
    <message>
        <source>The search engine did not answer; starting another</source>
        <translation>검색 엔진이 응답하지 않아 다시 시작하는 중</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>시작하는 중</translation>
    </message>
    <message>
        <source>searching</source>
        <translation>검색 중</translation>
    </message>
    <message>
        <source>loading the model</source>
        <translation>모델 불러오는 중</translation>
    </message>
    <message>
        <source>Looking through {folder}</source>
        <translation>{folder} 살펴보는 중</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>일시 중지됨</translation>
    </message>
    <message>
        <source>Indexing</source>
        <translation>색인 중</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>모델 불러오는 중</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>검색 중</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{total} 중 {done}</translation>
    </message>
</context>
<context>
    <name>StatusPill</name>
    <message>
        <source>Pause indexing</source>
        <translation>색인 일시 중지</translation>
    </message>
    <message>
        <source>Go on indexing</source>
        <translation>색인 계속</translation>
    </message>
    <message>
        <source>Stop indexing</source>
        <translation>색인 멈추기</translation>
    </message>
</context>
<context>
    <name>Time</name>
    <message>
        <source>less than a minute left</source>
        <translation>1분 이내 남음</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min left</source>
        <translation>{hours}시간 {minutes}분 남음</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Timeline</source>
        <translation>시간 줄</translation>
    </message>
</context>
<context>
    <name>Viewer</name>
    <message>
        <source>Photo</source>
        <translation>사진</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>다음</translation>
    </message>
    <message>
        <source>This photo has not been read yet.</source>
        <translation>아직 읽지 않은 사진입니다.</translation>
    </message>
    <message>
        <source>This photo is offline; this is its thumbnail.</source>
        <translation>사진이 오프라인이라 썸네일을 보여 줍니다.</translation>
    </message>
    <message>
        <source>{folder} is offline; this is the photo&apos;s thumbnail.</source>
        <translation>{folder} 폴더가 오프라인이라 썸네일을 보여 줍니다.</translation>
    </message>
    <message>
        <source>{folder} is offline, last seen {day}; this is the photo&apos;s thumbnail.</source>
        <translation>{folder} 폴더가 오프라인이라(마지막 연결 {day}) 썸네일을 보여 줍니다.</translation>
    </message>
</context>
<context>
    <name>ViewerBar</name>
    <message>
        <source>Back (Esc)</source>
        <translation>뒤로 (Esc)</translation>
    </message>
    <message>
        <source>Smaller (-)</source>
        <translation>작게 (-)</translation>
    </message>
    <message>
        <source>Larger (+)</source>
        <translation>크게 (+)</translation>
    </message>
    <message>
        <source>Find similar (S)</source>
        <translation>비슷한 사진 찾기 (S)</translation>
    </message>
    <message>
        <source>Facts (I)</source>
        <translation>정보 (I)</translation>
    </message>
    <message>
        <source>{number} %</source>
        <extracomment>how large the photo is shown, 100 % being pixel for pixel.</extracomment>
        <translation>{number}%</translation>
    </message>
</context>
<context>
    <name>_Delegate</name>
    <message>
        <source>basic</source>
        <translation>간이</translation>
    </message>
</context>
<context>
    <name>dates</name>
    <message>
        <source>{month} {year}</source>
        <extracomment>A month&apos;s heading.</extracomment>
        <translation>{year}년 {month}</translation>
    </message>
    <message>
        <source>{date}, {time}</source>
        <extracomment>a date and a time of the day.</extracomment>
        <translation>{date} {time}</translation>
    </message>
</context>
<context>
    <name>tooltip</name>
    <message>
        <source>{folder} is offline</source>
        <translation>{folder} 폴더 오프라인</translation>
    </message>
    <message>
        <source>{folder} is offline, last seen {day}</source>
        <translation>{folder} 폴더 오프라인, 마지막 연결 {day}</translation>
    </message>
</context>
</TS>
