<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Counted</name>
    <message numerus="yes">
        <source>%n min left</source>
        <translation>
            <numerusform>%n min left</numerusform>
            <numerusform>%n min left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n h left</source>
        <translation>
            <numerusform>%n h left</numerusform>
            <numerusform>%n h left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n a second</source>
        <translation>
            <numerusform>%n a second</numerusform>
            <numerusform>%n a second</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n a minute</source>
        <translation>
            <numerusform>%n a minute</numerusform>
            <numerusform>%n a minute</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) found</source>
        <translation>
            <numerusform>%Ln photo found</numerusform>
            <numerusform>%Ln photos found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) for “{query}”</source>
        <translation>
            <numerusform>%Ln photo for “{query}”</numerusform>
            <numerusform>%Ln photos for “{query}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) for “{query}” in “{folder}”</source>
        <translation>
            <numerusform>%Ln photo for “{query}” in “{folder}”</numerusform>
            <numerusform>%Ln photos for “{query}” in “{folder}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) like this one</source>
        <translation>
            <numerusform>%Ln photo like this one</numerusform>
            <numerusform>%Ln photos like this one</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) like this one in “{folder}”</source>
        <translation>
            <numerusform>%Ln photo like this one in “{folder}”</numerusform>
            <numerusform>%Ln photos like this one in “{folder}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n copies</source>
        <translation>
            <numerusform>%n copy</numerusform>
            <numerusform>%n copies</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FolderActions</name>
    <message numerus="yes">
        <source>Add the %n folder(s)</source>
        <translation>
            <numerusform>Add the folder</numerusform>
            <numerusform>Add the %n folders</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Its %Ln photo(s) can no longer be found here. The files stay where they are.</source>
        <translation>
            <numerusform>Its %Ln photo can no longer be found here. The file stays where it is.</numerusform>
            <numerusform>Its %Ln photos can no longer be found here. The files stay where they are.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Their small pictures, and whatever else PhotoFind knows of them, are kept for %n day(s), so that the folder can be brought back without being read again.</source>
        <translation>
            <numerusform>Their small pictures, and whatever else PhotoFind knows of them, are kept for %n day, so that the folder can be brought back without being read again.</numerusform>
            <numerusform>Their small pictures, and whatever else PhotoFind knows of them, are kept for %n days, so that the folder can be brought back without being read again.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LedgerSheet</name>
    <message numerus="yes">
        <source>They are %Ln photo(s): copies of the same picture are shown once.</source>
        <translation>
            <numerusform>It is %Ln photo: copies of the same picture are shown once.</numerusform>
            <numerusform>They are %Ln photos: copies of the same picture are shown once.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PhotoGrid</name>
    <message numerus="yes">
        <source>Show %n more</source>
        <translation>
            <numerusform>Show %n more</numerusform>
            <numerusform>Show %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Show %n weaker matches</source>
        <translation>
            <numerusform>Show %n weaker match</numerusform>
            <numerusform>Show %n weaker matches</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) selected</source>
        <translation>
            <numerusform>%Ln photo selected</numerusform>
            <numerusform>%Ln photos selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SelectionCount</name>
    <message numerus="yes">
        <source>%Ln photo(s) selected</source>
        <translation>
            <numerusform>%Ln photo selected</numerusform>
            <numerusform>%Ln photos selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SetAsideDialog</name>
    <message numerus="yes">
        <source>Try %n file(s) again</source>
        <translation>
            <numerusform>Try %n file again</numerusform>
            <numerusform>Try %n files again</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message numerus="yes">
        <source>%Ln set aside</source>
        <translation>
            <numerusform>%Ln set aside</numerusform>
            <numerusform>%Ln set aside</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SidebarModel</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
</TS>
